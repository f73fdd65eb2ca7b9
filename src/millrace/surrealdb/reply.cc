// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/reply.h"

#include <utility>

#include "millrace/record/cbor.h"

namespace millrace::surrealdb {
namespace {

Value* find(Object& members, std::string_view key) {
  for (Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

}  // namespace

Result<Reply> read_reply(std::string_view frame) {
  Result<Value> value = cbor::decode(frame);
  if (!value) return std::unexpected(std::move(value).error());
  Object* members = value->get_if<Object>();
  if (members == nullptr) return fail(Code::invalid_json, "a reply is no map");
  Reply reply;
  if (const Value* id = find(*members, "id"); id != nullptr && id->is<std::int64_t>()) {
    reply.id = static_cast<std::uint64_t>(*id->get_if<std::int64_t>());
  }
  if (const Value* error = find(*members, "error");
      error != nullptr && !error->is<None>() && !error->is<std::nullptr_t>()) {
    reply.result = std::unexpected(read_rpc_error(*error));
  } else if (Value* result = find(*members, "result")) {
    reply.result = std::move(*result);
  } else {
    return fail(Code::invalid_json, "a reply has neither result nor error");
  }
  return reply;
}

Result<std::vector<StatementResult>> read_statements(Value result) {
  Array* entries = result.get_if<Array>();
  if (entries == nullptr) return fail(Code::internal, "the answer to a query is no list of statements");
  std::vector<StatementResult> statements;
  statements.reserve(entries->size());
  for (Value& entry : *entries) {
    Object* members = entry.get_if<Object>();
    const Value* status = members == nullptr ? nullptr : find(*members, "status");
    if (status == nullptr) return fail(Code::internal, "a statement's answer has no status");
    if (status->text() == "OK") {
      Value* value = find(*members, "result");
      statements.emplace_back(value == nullptr ? Value() : std::move(*value));
    } else {
      statements.emplace_back(std::unexpected(read_statement_error(entry)));
    }
  }
  return statements;
}

}  // namespace millrace::surrealdb

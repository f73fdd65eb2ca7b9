// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/request.h"

#include "millrace/base/assert.h"
#include "millrace/record/cbor.h"

namespace millrace::surrealdb {
namespace {

// {"id": an unsigned integer in eight bytes, …}, RFC 8949 section 3.1
constexpr std::string_view head = "\xa3\x62id\x1b";
constexpr std::size_t id_bytes = 8;

}  // namespace

Request::Request(std::string_view method, std::size_t param_count) {
  frame.append(head).append(id_bytes, '\0');
  cbor::append_text(frame, "method");
  cbor::append_text(frame, method);
  cbor::append_text(frame, "params");
  cbor::append_array_head(frame, param_count);
}

void Request::set_id(std::uint64_t id) {
  MILLRACE_ASSERT(frame.starts_with(head));
  for (std::size_t i = 0; i < id_bytes; ++i) {
    frame[head.size() + i] = static_cast<char>(id >> (8 * (id_bytes - 1 - i)) & 0xff);
  }
}

Request make_query(std::string_view text, std::size_t variable_count) {
  Request request("query", 2);
  cbor::append_text(request.frame, text);
  cbor::append_map_head(request.frame, variable_count);
  return request;
}

}  // namespace millrace::surrealdb

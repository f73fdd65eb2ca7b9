// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/id_first.h"

#include <fmt/format.h>

#include "millrace/base/chunk.h"
#include "millrace/record/json.h"
#include "millrace/record/json_scanner.h"

namespace millrace::store {
namespace {

std::string id_member(const RecordId& id) {
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&id)) return "\"id\":" + std::to_string(*integer);
  std::string member = "\"id\":";
  append_json_string(member, to_string(id));
  return member;
}

bool begins_with_member(std::string_view object, std::string_view member) {
  if (!object.starts_with('{') || !object.substr(1).starts_with(member)) return false;
  const char next = object[1 + member.size()];  // not a digit of a longer number
  return next == ',' || next == '}';
}

}  // namespace

Result<std::string> id_first(const RecordId& id, std::string_view body) {
  std::string out = "{" + id_member(id);
  if (begins_with_member(body, std::string_view(out).substr(1))) return std::string(body);

  std::string padded(body);
  padded.append(Chunk::padding, ' ');
  JsonScanner scanner;
  RecordView record;
  const auto end = scanner.scan_record({padded.data(), body.size()}, record);
  if (!end) return fail(Code::io, fmt::format("what is stored under id {} is no JSON object", to_string(id)));
  for (const FieldView& field : record.fields) {
    if (field.key == "id") continue;
    out += ',';
    append_json_string(out, field.key);
    out += ':';
    out += field.value;
  }
  return out + '}';
}

}  // namespace millrace::store

// SPDX-License-Identifier: Apache-2.0
//
// open() of any JSON that is valid says what record's own parser says, and what it says survives being stored.
#include <algorithm>

#include "millrace/base/assert.h"
#include "millrace/record/json.h"
#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {
namespace {

Value sorted(const Value& value) {
  if (const auto* array = value.get_if<Array>()) {
    Array out;
    for (const Value& element : *array) out.push_back(sorted(element));
    return out;
  }
  if (const auto* object = value.get_if<Object>()) {
    Object out;
    for (const Member& member : *object) out.push_back({member.key, sorted(member.value)});
    std::ranges::sort(out, {}, &Member::key);
    return out;
  }
  // Text with the digits of a decimal, or what a float beyond 96 bits is.
  if (const auto* decimal = value.get_if<Decimal>()) {
    Arena arena;
    return to_value(to_datum(*decimal, arena));
  }
  return value;
}

void check(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::size_t end = text.find_last_not_of(" \t\r\n") + 1;
  if (begin >= end || (text[begin] != '[' && text[begin] != '{')) return;
  const auto value = parse_json(text);
  if (!value) return;
  const std::string_view whole = text.substr(begin, end - begin);
  Evaluation evaluation;
  const Datum datum = open(text[begin] == '[' ? Datum::of_array_text(whole) : Datum::of_object_text(whole), evaluation);
  std::string json;
  append_json(json, datum);
  MILLRACE_ASSERT(json == to_json(sorted(*value)));
  MILLRACE_ASSERT(is_truthy(datum) == is_truthy(text[begin] == '[' ? Datum::of_array_text(whole) : Datum::of_object_text(whole)));
  std::string stored;
  append_stored(stored, datum);
  std::string_view in = stored;
  const Datum back = read_stored(in, evaluation.arena);
  MILLRACE_ASSERT(in.empty() && compare(back, datum) == 0 && hash(back) == hash(datum));
}

}  // namespace
}  // namespace millrace::surrealql

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Copied, so that a byte read behind its end is seen.
  const std::string text(reinterpret_cast<const char*>(data), size);
  millrace::surrealql::check(text);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// Records for tests of groups and orders: values at the query's paths, as JSON text.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/record/row_view.h"
#include "support/random.h"

namespace millrace::surrealql::test {

using millrace::test::Random;

inline Slot slot_of(std::string_view json) {
  if (json.empty()) return {};
  if (json == "null") return {.kind = SlotKind::null_value, .text = json};
  if (json == "true") return {.kind = SlotKind::true_value, .text = json};
  if (json == "false") return {.kind = SlotKind::false_value, .text = json};
  if (json.front() == '[') return {.kind = SlotKind::array, .text = json};
  if (json.front() == '{') return {.kind = SlotKind::object, .text = json};
  if (json.front() == '"') return {.kind = SlotKind::string, .escaped = json.contains('\\'), .text = json.substr(1, json.size() - 2)};
  return {.kind = json.find_first_of(".eE") == std::string_view::npos ? SlotKind::integer : SlotKind::real, .text = json};
}

// Many are equal, and of equal ones many are written in another way.
inline std::string random_value(Random& random, int depth = 2) {
  constexpr std::string_view texts[] = {"", "null", "true", "false", "0", "1", "1.0", "-3", "2.5", "25e-1", "\"\"", "\"a\"", "\"a\\u0000\"", "\"a\\u0000b\"", "\"ab\"", "\"é\"", "\"Z\"", "\"10\"", "\"9\""};
  switch (random.below(depth > 0 ? 10 : 8)) {
    case 0: return std::to_string(static_cast<std::int64_t>(random.bits()) >> random.below(64));
    case 1: return std::to_string(static_cast<double>(random.below(1000)) / 8);
    case 2: return "\"" + std::string(random.below(random.one_in(100) ? 5'000 : 12), random.any_of("abc")) + std::to_string(random.below(30)) + "\"";
    case 8: return "[" + (random.one_in(3) ? "" : "\"x\"," + std::to_string(random.below(3))) + "]";
    case 9: return "{\"k\":" + std::to_string(random.below(3)) + "}";
    default: return std::string(texts[random.below(std::size(texts))]);
  }
}

inline std::string random_number_text(Random& random) { return random.one_in(3) ? std::to_string(static_cast<double>(random.below(1000)) / 8) : std::to_string(random.below(100)); }

}  // namespace millrace::surrealql::test

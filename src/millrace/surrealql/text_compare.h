// SPDX-License-Identifier: Apache-2.0
//
// Texts in the orders that are not by bytes: ORDER BY … COLLATE, ORDER BY … NUMERIC, and the functions array::sort_lexical,
// sort_natural and sort_natural_lexical.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace millrace::surrealql {

struct TextOrder {
  bool is_lexical = false;  // without regard to case and accents; what is no letter and no digit comes first
  bool is_natural = false;  // runs of digits by their length, then their number: a2 before a10
};
// Where this order sees no difference, by bytes.
std::strong_ordering compare_text(std::string_view a, std::string_view b, TextOrder order);

// A letter or sign of a Latin, Greek or Cyrillic script as ASCII, as the engine's library (deunicode) spells it: "Щ" is
// "Shch", "é" is "e", "½" is "1/2". Appends it, and says whether it knew it.
bool append_ascii(std::string& out, char32_t point);

}  // namespace millrace::surrealql

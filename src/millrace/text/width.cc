// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/width.h"

#include <unicode/uchar.h>

#include "millrace/text/utf8.h"

namespace millrace::text {
namespace {

std::size_t width_of(char32_t point) {
  if (point < 0x7f) return 1;
  const auto character = static_cast<UChar32>(point);
  switch (u_charType(character)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
    case U_CONTROL_CHAR: return point == 0xad ? 1 : 0;  // the soft hyphen is shown
    default: break;
  }
  if (point >= 0x1160 && point <= 0x11ff) return 0;  // vowels and ends of Hangul syllables join what stands before
  const auto east_asian = static_cast<UEastAsianWidth>(u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH));
  return east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
}

// Calls `see(size, width)` for each character, an invalid byte being one, until it answers false.
template <typename See>
void for_each_character(std::string_view utf8, See see) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto* const end = at + utf8.size();
  while (at != end) {
    const Sequence found = decode(at, end);
    const std::size_t size = found.size == 0 ? 1 : found.size;
    if (!see(size, found.size == 0 ? 1 : width_of(found.point))) return;
    at += size;
  }
}

}  // namespace

std::size_t width(std::string_view utf8) {
  std::size_t columns = 0;
  for_each_character(utf8, [&](std::size_t, std::size_t one) {
    columns += one;
    return true;
  });
  return columns;
}

std::string_view cut_to_width(std::string_view utf8, std::size_t columns) {
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for_each_character(utf8, [&](std::size_t size, std::size_t one) {
    if (taken + one > columns) return false;
    taken += one;
    bytes += size;
    return true;
  });
  return utf8.substr(0, bytes);
}

}  // namespace millrace::text

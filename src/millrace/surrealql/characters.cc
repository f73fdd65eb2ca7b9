// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/characters.h"

#include <unicode/uchar.h>

namespace millrace::surrealql {

bool is_alphabetic(char32_t point) {
  if (point < 0x80) return (point | 0x20) >= 'a' && (point | 0x20) <= 'z';
  return u_isUAlphabetic(static_cast<UChar32>(point)) != 0;
}

bool is_numeric(char32_t point) {
  if (point < 0x80) return point >= '0' && point <= '9';
  return (U_GET_GC_MASK(static_cast<UChar32>(point)) & (U_GC_ND_MASK | U_GC_NL_MASK | U_GC_NO_MASK)) != 0;
}

bool is_white_space(char32_t point) {
  if (point < 0x80) return point == ' ' || (point >= '\t' && point <= '\r');
  return u_isUWhiteSpace(static_cast<UChar32>(point)) != 0;
}

bool is_lower_case(char32_t point) {
  if (point < 0x80) return point >= 'a' && point <= 'z';
  return u_isULowercase(static_cast<UChar32>(point)) != 0;
}

int decimal_digit(char32_t point) {
  if (point < 0x80) return point >= '0' && point <= '9' ? static_cast<int>(point - '0') : -1;
  return u_charDigitValue(static_cast<UChar32>(point));
}

int display_width(char32_t point) {
  if (point < 0x300) return 1;
  const auto unicode = static_cast<UChar32>(point);
  if ((U_GET_GC_MASK(unicode) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) != 0) return 0;
  const int width = u_getIntPropertyValue(unicode, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

int display_width(std::string_view text) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) width += display_width(next_character(text, at));
  return width;
}

}  // namespace millrace::surrealql

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

}  // namespace millrace::surrealql

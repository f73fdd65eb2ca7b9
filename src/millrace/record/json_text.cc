// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json_text.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>

#include "millrace/record/value.h"

namespace millrace {
namespace {

constexpr std::size_t shown_bytes_max = 60;

// The power of ten of the number's first digit that is not zero.
std::int64_t magnitude(std::string_view number) {
  const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mark);
  std::string_view power = number.substr(std::min(mark + 1, number.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  std::int64_t exponent = 0;
  if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec == std::errc::result_out_of_range) {
    return power.starts_with('-') ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  return exponent + point - static_cast<std::int64_t>(mantissa.find_first_of("123456789"));
}

}  // namespace

// Sixteen bytes a step, and no byte behind the text: it need not stand in a Chunk.
std::size_t skip_json_string(std::string_view text) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (std::size_t at = 1;;) {
    if (at + 16 <= text.size()) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
      const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
      if (mask == 0) {
        at += 16;
        continue;
      }
      at += static_cast<std::size_t>(std::countr_zero(mask));
    }
    if (text[at] == '"') return at + 1;
    at += text[at] == '\\' ? 2 : 1;
  }
}

std::size_t skip_json_value(std::string_view text) {
  if (text.front() == '"') return skip_json_string(text);
  if (text.front() != '{' && text.front() != '[') return std::min(text.find_first_of(" \t\r\n,]}"), text.size());
  std::size_t at = 0;
  std::size_t depth = 0;
  do {
    if (text[at] == '"') {
      at += skip_json_string(text.substr(at));
      continue;
    }
    if (text[at] == '{' || text[at] == '[') ++depth;
    if (text[at] == '}' || text[at] == ']') --depth;
    ++at;
  } while (depth != 0);
  return at;
}

double read_json_double(std::string_view number) {
  double real = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), real);
  if (error == std::errc{}) return real;
  real = magnitude(number) > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return number.starts_with('-') ? -real : real;
}

bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  std::size_t digits = 0;
  std::size_t points = 0;
  for (const char c : text) {
    if (c == '.') {
      ++points;
    } else if (c >= '0' && c <= '9') {
      ++digits;
    } else {
      return false;
    }
  }
  return digits > 0 && digits <= Decimal::digits_max && points <= 1 && text.front() != '.' && text.back() != '.';
}

std::string show_json(std::string_view value) {
  if (value.size() <= shown_bytes_max) return std::string(value);
  std::size_t size = shown_bytes_max;
  while (size != 0 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80) --size;
  return std::string(value.substr(0, size)) + "…";
}

}  // namespace millrace

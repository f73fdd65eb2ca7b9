// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/json_reader.h"

#include <emmintrin.h>

#include <bit>
#include <charconv>
#include <cstdlib>
#include <string>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/members.h"
#include "millrace/surrealql/pile.h"

namespace millrace::surrealql {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

unsigned read_unit(const char* hex) {
  unsigned unit = 0;
  std::from_chars(hex, hex + 4, unit, 16);
  return unit;
}

char* write_utf8(char* to, unsigned point) {
  const auto put = [&](unsigned byte) { *to++ = static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
    return to;
  }
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
  return to;
}

char unescape_letter(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;  // " \ /
  }
}

// The first quote or backslash from `at` on: there is one.
std::size_t find_special(std::string_view text, std::size_t at) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  while (text[at] != '"' && text[at] != '\\') ++at;
  return at;
}

class Reader {
 public:
  Reader(std::string_view text, Arena& arena) : text_(text), arena_(arena) {}

  Datum value() {
    skip_space();
    switch (text_[at_]) {
      case '{': return object();
      case '[': return array();
      case '"': return Datum::of_string(string());
      case 't': at_ += 4; return Datum::of_boolean(true);
      case 'f': at_ += 5; return Datum::of_boolean(false);
      case 'n': at_ += 4; return Datum::null();
      default: return number();
    }
  }

 private:
  void skip_space() {
    while (is_space(text_[at_])) ++at_;
  }
  // Behind an element or member: past the comma, if there is one.
  void skip_comma() {
    skip_space();
    if (text_[at_] == ',') ++at_;
    skip_space();
  }

  std::string_view string() {
    const std::size_t begin = ++at_;
    bool escaped = false;
    for (;;) {
      at_ = find_special(text_, at_);
      if (text_[at_] == '"') break;
      escaped = true;
      at_ += 2;
    }
    const std::string_view between = text_.substr(begin, at_++ - begin);
    return escaped ? unescape_json(between, arena_) : between;
  }

  Datum number() {
    const std::size_t begin = at_;
    bool real = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '.' || c == 'e' || c == 'E') real = true;
      if (c == ',' || c == ']' || c == '}' || is_space(c)) break;
    }
    const std::string_view digits = text_.substr(begin, at_ - begin);
    return real ? read_json_real(digits) : read_json_integer(digits, arena_);
  }

  Datum array() {
    Pile<Datum> elements(arena_);
    ++at_;
    for (skip_space(); text_[at_] != ']'; skip_comma()) elements.push(value());
    ++at_;
    return Datum::of_array(elements.finish());
  }

  Datum object() {
    Pile<DatumMember> members(arena_);
    ++at_;
    for (skip_space(); text_[at_] != '}'; skip_comma()) {
      const std::string_view key = string();
      skip_space();
      ++at_;  // the colon
      members.push({key, value()});
    }
    ++at_;
    return Datum::of_object(sort_members(members.finish()));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Arena& arena_;
};

}  // namespace

Datum read_json_integer(std::string_view digits, Arena& arena) {
  std::int64_t integer = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), integer).ec == std::errc{})
    return Datum::of_integer(integer);
  if (const auto decimal = parse_decimal(digits)) return Datum::of_decimal(arena.make(*decimal));
  return read_json_real(digits);
}

Datum read_json_real(std::string_view number) {
  double real = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), real).ec == std::errc{}) return Datum::of_real(real);
  return Datum::of_real(std::strtod(std::string(number).c_str(), nullptr));
}

std::string_view unescape_json(std::string_view text, Arena& arena) {
  char* const begin = arena.allocate<char>(text.size());  // no escape is shorter than what it says
  char* to = begin;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t backslash = text.find('\\', at);
    if (backslash == std::string_view::npos) backslash = text.size();
    std::memcpy(to, text.data() + at, backslash - at);
    to += backslash - at;
    if (backslash == text.size()) break;
    const char letter = text[backslash + 1];
    at = backslash + 2;
    if (letter != 'u') {
      *to++ = unescape_letter(letter);
      continue;
    }
    unsigned point = read_unit(text.data() + at);
    at += 4;
    if (point >= 0xd800 && point <= 0xdbff) {
      point = 0x10000 + ((point - 0xd800) << 10) + (read_unit(text.data() + at + 2) - 0xdc00);
      at += 6;
    }
    to = write_utf8(to, point);
  }
  return {begin, static_cast<std::size_t>(to - begin)};
}

Datum read_json_value(std::string_view text, Arena& arena) { return Reader(text, arena).value(); }

}  // namespace millrace::surrealql

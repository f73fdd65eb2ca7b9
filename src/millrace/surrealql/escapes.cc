// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/escapes.h"

#include <cstdint>
#include <optional>

namespace millrace::surrealql {
namespace {

std::optional<std::uint32_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Up to `most` hexadecimal digits; moves `at` behind them.
std::uint32_t read_hex(std::string_view text, std::size_t& at, std::size_t most, std::size_t& count) {
  std::uint32_t value = 0;
  for (count = 0; count < most && at < text.size(); ++count, ++at) {
    const auto digit = hex_digit(text[at]);
    if (!digit) break;
    value = value << 4 | *digit;
  }
  return value;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto byte = [&](std::uint32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

constexpr bool is_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xE000; }

// Behind `\u`.
std::string_view read_code_point(std::string_view text, std::size_t& at, std::string& out) {
  std::size_t digits = 0;
  std::uint32_t value = 0;
  if (at < text.size() && text[at] == '{') {
    ++at;
    value = read_hex(text, at, 6, digits);
    if (digits == 0 || at >= text.size() || text[at] != '}') return "\\u{…} takes one to six hexadecimal digits";
    ++at;
  } else {
    value = read_hex(text, at, 4, digits);
    if (digits != 4) return "\\u takes four hexadecimal digits, or \\u{…}";
  }
  if (value > 0x10FFFF || is_surrogate(value)) return "the escape is no character of Unicode (those beyond \\uFFFF are written \\u{1F600})";
  append_utf8(out, value);
  return {};
}

}  // namespace

std::string_view read_escape(std::string_view text, std::size_t& at, std::string& out) {
  constexpr std::string_view letters = "nrt0bf\\'\"`";
  constexpr std::string_view meanings("\n\r\t\0\b\f\\'\"`", 10);
  const char letter = at + 1 < text.size() ? text[at + 1] : ' ';
  at += 2;
  if (letter == 'u') return read_code_point(text, at, out);
  const std::size_t which = letters.find(letter);
  if (which == std::string_view::npos) return "no such escape; there are \\n \\r \\t \\0 \\b \\f \\\\ \\' \\\" \\` and \\u";
  out.push_back(meanings[which]);
  return {};
}

}  // namespace millrace::surrealql

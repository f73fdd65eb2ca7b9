// SPDX-License-Identifier: Apache-2.0
//
// A text's code points, and what each is. Texts here are UTF-8; a byte that is none stands for U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace::surrealql {

// How many bytes the character at the beginning of a text that is not empty has.
inline std::size_t character_size(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return size < text.size() ? size : text.size();
}

// The code point at `at`, behind which `at` is moved.
inline char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t offset) { return static_cast<std::uint8_t>(text[at + offset]); };
  const std::size_t size = character_size(text.substr(at));
  const std::uint8_t lead = byte(0);
  char32_t point = lead;
  if (lead >= 0x80) {
    point = 0xfffd;
    if (size == 2) point = (lead & 0x1fu) << 6 | (byte(1) & 0x3fu);
    if (size == 3) point = (lead & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
    if (size == 4) point = (lead & 0x07u) << 18 | (byte(1) & 0x3fu) << 12 | (byte(2) & 0x3fu) << 6 | (byte(3) & 0x3fu);
  }
  at += size;
  return point;
}

// Eight bytes at a time: continuation bytes are those that begin with the bits 10.
inline std::size_t count_characters(std::string_view text) {
  std::size_t count = text.size();
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    const std::uint64_t continuations = (bytes >> 7) & ~(bytes >> 6) & 0x0101010101010101u;
    count -= static_cast<std::size_t>(continuations * 0x0101010101010101u >> 56);  // their sum; popcount is a call where it is no instruction
  }
  for (; at < text.size(); ++at) count -= (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80;
  return count;
}

// Where the character number `index` begins; the text's end when it has not as many.
inline std::size_t character_offset(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  while (index > 0 && at < text.size()) {
    at += character_size(text.substr(at));
    --index;
  }
  return at;
}

// By Unicode's properties of these names, which ICU knows.
bool is_alphabetic(char32_t point);
bool is_numeric(char32_t point);  // Nd, Nl or No
bool is_white_space(char32_t point);
bool is_lower_case(char32_t point);
// 0 to 9 for a digit of any script (Nd), else -1.
int decimal_digit(char32_t point);
// The columns that a terminal gives it: 2 for wide ones (日), 0 for what is put onto another.
int display_width(char32_t point);
int display_width(std::string_view text);

}  // namespace millrace::surrealql

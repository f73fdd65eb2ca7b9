// SPDX-License-Identifier: Apache-2.0
//
// Bytes as hexadecimal digits; blanks among them are passed over.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace millrace::test {

inline std::string from_hex(std::string_view hex) {
  std::string digits(hex);
  std::erase(digits, ' ');
  std::string bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    unsigned byte = 0;
    std::from_chars(digits.data() + at, digits.data() + at + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) hex.append(1, digits[static_cast<unsigned char>(c) >> 4]).append(1, digits[c & 15]);
  return hex;
}

}  // namespace millrace::test

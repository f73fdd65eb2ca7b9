// SPDX-License-Identifier: Apache-2.0
//
// Numbers in the form in which values are put aside (stored.cc): base 128, the lowest digits first. Private to this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/assert.h"

namespace millrace::surrealql {

inline void put_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(number | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

inline std::uint64_t take_number(std::string_view& in) {
  std::uint64_t number = 0;
  for (int shift = 0;; shift += 7) {
    MILLRACE_ASSERT(!in.empty());
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
}

// Zigzag: small ones of either sign take few bytes.
inline void put_signed(std::string& out, std::int64_t number) {
  put_number(out, static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63));
}
inline std::int64_t take_signed(std::string_view& in) {
  const std::uint64_t number = take_number(in);
  return static_cast<std::int64_t>(number >> 1 ^ (0 - (number & 1)));
}

}  // namespace millrace::surrealql

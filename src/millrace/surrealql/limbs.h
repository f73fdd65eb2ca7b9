// SPDX-License-Identifier: Apache-2.0
//
// Whole numbers of up to 256 bits, for what lies between two decimals and their result. Private to this room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

struct Limbs {
  std::array<std::uint64_t, 4> word{};  // the lowest first

  static constexpr Limbs of(Wide value) {
    return {{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64), 0, 0}};
  }
  constexpr Wide low() const { return Wide{word[1]} << 64 | word[0]; }
  constexpr bool fits_96_bits() const { return (word[3] | word[2]) == 0 && word[1] >> 32 == 0; }
};

// Operands of at most 128 bits.
inline Limbs multiply(Wide a, Wide b) {
  const std::uint64_t left[] = {static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(a >> 64)};
  const std::uint64_t right[] = {static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(b >> 64)};
  Limbs out;
  for (std::size_t i = 0; i < 2; ++i) {
    Wide carry = 0;
    for (std::size_t j = 0; j < 2; ++j) {
      const Wide sum = static_cast<Wide>(left[i]) * right[j] + out.word[i + j] + carry;
      out.word[i + j] = static_cast<std::uint64_t>(sum);
      carry = sum >> 64;
    }
    out.word[i + 2] = static_cast<std::uint64_t>(carry);
  }
  return out;
}

inline Limbs add(const Limbs& a, const Limbs& b) {
  Limbs out;
  Wide carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Wide sum = static_cast<Wide>(a.word[i]) + b.word[i] + carry;
    out.word[i] = static_cast<std::uint64_t>(sum);
    carry = sum >> 64;
  }
  return out;
}

// a - b, for a >= b.
inline Limbs subtract(const Limbs& a, const Limbs& b) {
  Limbs out;
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Wide difference = static_cast<Wide>(a.word[i]) - b.word[i] - borrow;
    out.word[i] = static_cast<std::uint64_t>(difference);
    borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
  }
  return out;
}

inline int compare(const Limbs& a, const Limbs& b) {
  for (std::size_t i = 4; i-- > 0;) {
    if (a.word[i] != b.word[i]) return a.word[i] < b.word[i] ? -1 : 1;
  }
  return 0;
}

// Divides in place and gives the remainder.
inline std::uint64_t divide(Limbs& value, std::uint64_t divisor) {
  Wide rest = 0;
  for (std::size_t i = 4; i-- > 0;) {
    rest = rest << 64 | value.word[i];
    value.word[i] = static_cast<std::uint64_t>(rest / divisor);
    rest %= divisor;
  }
  return static_cast<std::uint64_t>(rest);
}

}  // namespace millrace::surrealql

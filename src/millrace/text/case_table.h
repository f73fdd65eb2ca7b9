// SPDX-License-Identifier: Apache-2.0
//
// What generate_tables.py writes for each of the three case mappings, and how it is looked up.
//
// Most that change at all change by a difference that many share (Cyrillic: 32, 80), some hundred become several code points (ß to
// SS). So each code point has a class, one byte: 0 for unchanged, then the differences, then the expansions. Two levels find it.
// A sequence of two bytes, which is most of what is neither ASCII nor Asian, is looked up at once, bytes to bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::text {

// What a code point becomes when it is no single other one: UTF-8, at most 6 bytes.
struct Expansion {
  std::uint8_t size;
  std::uint8_t bytes[7];
};

struct CodePointRange {
  char32_t first, last;
};

struct CaseTable {
  std::uint8_t first_letter;                 // of the 26 in ASCII that change: 'a' or 'A'; the other case is bit 5 away
  bool has_final_sigma;                      // Σ depends on its neighbours
  std::uint16_t first_expansion;             // the class from which on they are expansions
  std::uint32_t end;                         // from this code point on nothing changes
  const std::uint8_t (*two_bytes)[2];        // by code point below U+0800; {0, 0} where it takes more than a look
  const std::uint8_t* first_level;           // by code point / 64: which block
  const std::uint8_t* blocks;                // 64 classes each
  const std::int32_t* deltas;                // by class
  const Expansion* expansions;               // by class - first_expansion

  // Whether none of the 64 code points around changes; also of what is no code point.
  bool are_unchanged(char32_t point) const { return point >= end || first_level[point >> 6] == 0; }
  std::uint8_t class_of(char32_t point) const {
    return point < end ? blocks[first_level[point >> 6] * 64u + (point & 63)] : std::uint8_t{0};
  }
};

// Bits of the table of properties.
inline constexpr std::uint8_t cased = 1, case_ignorable = 2, white_space = 4, nfc_unsafe = 8;

}  // namespace millrace::text

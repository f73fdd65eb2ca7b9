// SPDX-License-Identifier: Apache-2.0
//
// UTF-8 by code points, as RFC 3629 has it: no overlong forms, no surrogates, nothing over U+10FFFF. A byte that begins no
// well-formed sequence stands for itself; where the next one begins, one looks again. So the bytes between two well-formed
// sequences are the same whichever way they are read, also backwards.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::text {

struct Sequence {
  char32_t point = 0;
  std::size_t size = 0;  // 0: no well-formed sequence
};

inline bool is_continuation(std::uint8_t byte) { return (byte & 0xc0) == 0x80; }

// The sequence that begins at `at`, which is before `end`; it is not looked at what is behind that.
inline Sequence decode(const std::uint8_t* at, const std::uint8_t* end) {
  const std::uint8_t lead = at[0];
  if (lead < 0x80) return {lead, 1};
  const std::ptrdiff_t left = end - at;
  if (lead < 0xc2 || left < 2 || !is_continuation(at[1])) return {};
  if (lead < 0xe0) return {(lead & 0x1fu) << 6 | (at[1] & 0x3fu), 2};
  if (left < 3 || !is_continuation(at[2])) return {};
  if (lead < 0xf0) {
    const char32_t point = (lead & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
    return point < 0x800 || (point >= 0xd800 && point < 0xe000) ? Sequence{} : Sequence{point, 3};
  }
  if (lead > 0xf4 || left < 4 || !is_continuation(at[3])) return {};
  const char32_t point = (lead & 0x07u) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu);
  return point < 0x10000 || point > 0x10ffff ? Sequence{} : Sequence{point, 4};
}

// The sequence that ends before `at`, which is behind `begin`.
inline Sequence decode_before(const std::uint8_t* begin, const std::uint8_t* at) {
  const std::uint8_t* lead = at - 1;
  while (is_continuation(*lead) && lead != begin && at - lead < 4) --lead;
  const Sequence found = decode(lead, at);
  return found.size == static_cast<std::size_t>(at - lead) ? found : Sequence{};
}

// What is at `at` by its shape alone, a lead byte and as many continuation bytes as it asks for: it may be an overlong form, a
// surrogate or too large, whose bytes are invalid each. Where a value is not to be changed, that makes no difference.
inline Sequence decode_shape(const std::uint8_t* at, const std::uint8_t* end) {
  const std::uint8_t lead = at[0];
  const std::ptrdiff_t left = end - at;
  if (lead >= 0xe0) {
    if (left < 4) return {};  // of the last few the caller makes sure by decode()
    if (lead < 0xf0) {
      if (!is_continuation(at[1]) || !is_continuation(at[2])) return {};
      return {(lead & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu), 3};
    }
    if (lead >= 0xf8 || !is_continuation(at[1]) || !is_continuation(at[2]) || !is_continuation(at[3])) return {};
    return {(lead & 0x07u) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu), 4};
  }
  if (left < 2 || lead < 0xc0 || !is_continuation(at[1])) return {};
  return {(lead & 0x1fu) << 6 | (at[1] & 0x3fu), 2};
}

// Writes a scalar value; gives its size.
inline std::size_t encode(char32_t point, std::uint8_t* out) {
  const auto byte = [](char32_t bits) { return static_cast<std::uint8_t>(bits); };
  if (point < 0x80) {
    out[0] = byte(point);
    return 1;
  }
  if (point < 0x800) {
    out[0] = byte(0xc0 | point >> 6);
    out[1] = byte(0x80 | (point & 0x3f));
    return 2;
  }
  if (point < 0x10000) {
    out[0] = byte(0xe0 | point >> 12);
    out[1] = byte(0x80 | (point >> 6 & 0x3f));
    out[2] = byte(0x80 | (point & 0x3f));
    return 3;
  }
  out[0] = byte(0xf0 | point >> 18);
  out[1] = byte(0x80 | (point >> 12 & 0x3f));
  out[2] = byte(0x80 | (point >> 6 & 0x3f));
  out[3] = byte(0x80 | (point & 0x3f));
  return 4;
}

}  // namespace millrace::text

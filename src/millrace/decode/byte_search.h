// SPDX-License-Identifier: Apache-2.0
//
// Looks for the first of a few bytes, sixteen at a time. Reads up to fifteen bytes past `end`: Chunk::padding covers that.
#pragma once

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace millrace::decode {

// Where the first of `wanted` stands in [begin, end), or `end`.
template <char... wanted>
const char* find_first_of(const char* begin, const char* end) {
  for (const char* p = begin; p < end; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i hits = _mm_setzero_si128();
    ((hits = _mm_or_si128(hits, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted)))), ...);
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits));
    if (mask != 0) {
      const char* const found = p + std::countr_zero(mask);
      return found < end ? found : end;
    }
  }
  return end;
}

// The same for at most 64 bytes, in the same time whatever they are. Reads 64 bytes.
template <char wanted>
const char* find_in_block(const char* begin, const char* end) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin + 16 * i));
    const auto part = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted))));
    mask |= std::uint64_t{part} << 16 * i;
  }
  return std::min(begin + std::countr_zero(mask), end);
}

}  // namespace millrace::decode

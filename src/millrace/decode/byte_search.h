// SPDX-License-Identifier: Apache-2.0
//
// Looks for the first of a few bytes, sixteen at a time. Reads up to fifteen bytes past `end`: Chunk::padding covers
// that.
#pragma once

#include <emmintrin.h>

#include <bit>

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

}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/newlines.h"

#include <emmintrin.h>

#include <algorithm>
#include <cstddef>

namespace millrace {

// Sixteen counters of a byte each, gathered before one can overflow.
std::uint64_t count_newlines(std::string_view text) {
  constexpr std::size_t steps_max = 255;
  const char* p = text.data();
  const char* const end = p + text.size();
  const __m128i newline = _mm_set1_epi8('\n');
  std::uint64_t count = 0;
  while (end - p >= 16) {
    const std::size_t steps = std::min(static_cast<std::size_t>(end - p) / 16, steps_max);
    __m128i counters = _mm_setzero_si128();
    for (std::size_t step = 0; step < steps; ++step, p += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      counters = _mm_sub_epi8(counters, _mm_cmpeq_epi8(bytes, newline));
    }
    const __m128i sums = _mm_sad_epu8(counters, _mm_setzero_si128());
    count += static_cast<std::uint64_t>(_mm_cvtsi128_si64(sums)) +
             static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)));
  }
  return count + static_cast<std::uint64_t>(std::count(p, end, '\n'));
}

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/text_search.h"

#include <emmintrin.h>

#include <bit>
#include <cstring>

namespace millrace::surrealql {

std::size_t find_text(std::string_view text, std::string_view wanted) {
  if (wanted.empty()) return 0;
  if (wanted.size() > text.size()) return std::string_view::npos;
  const std::size_t last = wanted.size() - 1;
  const std::size_t places = text.size() - last;
  const __m128i first_byte = _mm_set1_epi8(wanted.front());
  const __m128i last_byte = _mm_set1_epi8(wanted.back());
  std::size_t at = 0;
  for (; at + 16 <= places; at += 16) {
    const __m128i begins = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i ends = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + last));
    const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(begins, first_byte), _mm_cmpeq_epi8(ends, last_byte));
    for (auto mask = static_cast<unsigned>(_mm_movemask_epi8(both)); mask != 0; mask &= mask - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(mask));
      if (std::memcmp(text.data() + place, wanted.data(), last) == 0) return place;
    }
  }
  return text.find(wanted, at);
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/newlines.h"

#include <immintrin.h>

#include <bit>
#include <cstddef>

namespace millrace::decode {
namespace {

// A bit for each byte of 64 that is a newline.
inline std::uint64_t newlines_baseline(const char* p) {
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * i));
    mask |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))))} << 16 * i;
  }
  return mask;
}

__attribute__((target("avx2"))) inline std::uint64_t newlines_avx2(const char* p) {
  const __m256i newline = _mm256_set1_epi8('\n');
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
  const auto low_mask = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline)));
  const auto high_mask = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline)));
  return std::uint64_t{high_mask} << 32 | low_mask;
}

// The first is written whether it is there or not: a branch would be guessed wrong, as a line ends in every few blocks.
[[gnu::always_inline]] inline std::uint32_t* write_block(std::uint64_t mask, std::uint32_t at, std::uint32_t* out) {
  const int count = std::popcount(mask);
  *out = at + static_cast<std::uint32_t>(std::countr_zero(mask));
  for (int i = 1; i < count; ++i) {
    mask &= mask - 1;
    out[i] = at + static_cast<std::uint32_t>(std::countr_zero(mask));
  }
  return out + count;
}

// Bits of the block's bytes that belong to the text.
inline std::uint64_t text_bits(std::size_t left) { return left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1; }

std::uint32_t* find_baseline(std::string_view text, std::uint32_t* out) {
  for (std::size_t at = 0; at < text.size(); at += 64) {
    const std::uint64_t mask = newlines_baseline(text.data() + at) & text_bits(text.size() - at);
    out = write_block(mask, static_cast<std::uint32_t>(at), out);
  }
  return out;
}

__attribute__((target("avx2,bmi,popcnt"))) std::uint32_t* find_avx2(std::string_view text, std::uint32_t* out) {
  for (std::size_t at = 0; at < text.size(); at += 64) {
    const std::uint64_t mask = newlines_avx2(text.data() + at) & text_bits(text.size() - at);
    out = write_block(mask, static_cast<std::uint32_t>(at), out);
  }
  return out;
}

const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");

}  // namespace

std::uint32_t* find_newlines(std::string_view text, std::uint32_t* positions) {
  return has_avx2 ? find_avx2(text, positions) : find_baseline(text, positions);
}

}  // namespace millrace::decode

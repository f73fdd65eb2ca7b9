// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/ascii.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "unicode_tables.h"
#endif

namespace millrace::text {

#if defined(__x86_64__)

namespace {

#define MILLRACE_AVX2 __attribute__((target("avx2"), always_inline)) inline

MILLRACE_AVX2 __m256i load32(const std::uint8_t* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); }
MILLRACE_AVX2 void store32(std::uint8_t* out, __m256i bytes) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes); }

struct Letters {
  __m256i move, over;
};
MILLRACE_AVX2 Letters letters_from(std::uint8_t first) {
  return {_mm256_set1_epi8(static_cast<char>(0x7f - 25 - first)), _mm256_set1_epi8(0x7f - 26)};
}
MILLRACE_AVX2 __m256i are_letters(const Letters& letters, __m256i bytes) {
  return _mm256_cmpgt_epi8(_mm256_add_epi8(bytes, letters.move), letters.over);
}
MILLRACE_AVX2 __m256i map32(const Letters& letters, __m256i bytes) {
  return _mm256_xor_si256(bytes, _mm256_and_si256(are_letters(letters, bytes), _mm256_set1_epi8(0x20)));
}
MILLRACE_AVX2 unsigned high_bits(__m256i bytes) { return static_cast<unsigned>(_mm256_movemask_epi8(bytes)); }

#undef MILLRACE_AVX2

}  // namespace

Simd simd_of_processor() {
  static const Simd found = __builtin_cpu_supports("avx2") ? Simd::avx2 : Simd::sse2;
  return found;
}

__attribute__((target("avx2"))) std::size_t Avx2Ascii::find_long(const std::uint8_t* at, std::size_t size, std::uint8_t first) {
  const Letters letters = letters_from(first);
  std::size_t done = 0;
  for (; size - done >= 128; done += 128) {
    const __m256i a = load32(at + done), b = load32(at + done + 32), c = load32(at + done + 64), d = load32(at + done + 96);
    const __m256i bytes = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
    const __m256i found = _mm256_or_si256(_mm256_or_si256(are_letters(letters, a), are_letters(letters, b)),
                                          _mm256_or_si256(are_letters(letters, c), are_letters(letters, d)));
    if (high_bits(_mm256_or_si256(bytes, found)) != 0) break;
  }
  for (; size - done >= 32; done += 32) {
    const __m256i bytes = load32(at + done);
    const unsigned mask = high_bits(_mm256_or_si256(bytes, are_letters(letters, bytes)));
    if (mask != 0) return done + static_cast<std::size_t>(std::countr_zero(mask));
  }
  const unsigned mask = high_bits(_mm256_or_si256(load32(at + size - 32), are_letters(letters, load32(at + size - 32))));
  return mask != 0 ? size - 32 + static_cast<std::size_t>(std::countr_zero(mask)) : size;  // some of it for the second time
}

__attribute__((target("avx2"))) std::size_t Avx2Ascii::map_long(const std::uint8_t* at, std::uint8_t* out, std::size_t size,
                                                                std::uint8_t first) {
  const Letters letters = letters_from(first);
  std::size_t done = 0;
  for (; size - done >= 128; done += 128) {
    const __m256i a = load32(at + done), b = load32(at + done + 32), c = load32(at + done + 64), d = load32(at + done + 96);
    if (high_bits(_mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d))) != 0) break;
    store32(out + done, map32(letters, a));
    store32(out + done + 32, map32(letters, b));
    store32(out + done + 64, map32(letters, c));
    store32(out + done + 96, map32(letters, d));
  }
  for (; size - done >= 32; done += 32) {
    const __m256i bytes = load32(at + done);
    store32(out + done, map32(letters, bytes));
    if (const unsigned mask = high_bits(bytes)) return done + static_cast<std::size_t>(std::countr_zero(mask));
  }
  return done + Sse2Ascii::map(at + done, out + done, size - done, first);
}

namespace {

// Of each byte whether nfc_doubts has it: its low nibble chooses a row, its high one the bit (Mula and Lemire's way of telling bytes apart).
__attribute__((target("avx2"), always_inline)) inline unsigned doubts(__m256i bytes, __m256i rows, __m256i bits) {
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  const __m256i row = _mm256_shuffle_epi8(rows, _mm256_and_si256(bytes, nibble));
  const __m256i bit = _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
  return ~high_bits(_mm256_cmpeq_epi8(_mm256_and_si256(row, bit), _mm256_setzero_si256()));
}

}  // namespace

__attribute__((target("avx2"))) std::size_t Avx2Ascii::find_doubt_long(const std::uint8_t* at, std::size_t size) {
  const __m256i rows = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(nfc_doubts)));
  const __m256i bits = _mm256_broadcastsi128_si256(_mm_set_epi8(8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  std::size_t done = 0;
  while (size - done >= 32) {
    if (size - done >= 128) {
      const __m256i all = _mm256_or_si256(_mm256_or_si256(load32(at + done), load32(at + done + 32)),
                                          _mm256_or_si256(load32(at + done + 64), load32(at + done + 96)));
      if (high_bits(all) == 0) {
        done += 128;
        continue;
      }
    }
    const __m256i bytes = load32(at + done);
    if (const unsigned found = doubts(bytes, rows, bits)) return done + static_cast<std::size_t>(std::countr_zero(found));
    done += 32;
  }
  return done + Sse2Ascii::find_doubt(at + done, size - done);
}

#else

Simd simd_of_processor() { return Simd::portable; }

#endif

}  // namespace millrace::text

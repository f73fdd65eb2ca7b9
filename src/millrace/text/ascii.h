// SPDX-License-Identifier: Apache-2.0
//
// Runs of ASCII, in three forms that give the same: plain C++ by eight bytes, SSE2 by sixteen (every x86-64 has it), AVX2 by 128
// where the processor has it. Each form has
//   find(at, size, first)        how many bytes come before the first that is not ASCII or is one of the 26 letters from `first` on
//   map(at, out, size, first)    copies ASCII up to the first byte that is none, those letters in their other case; how many bytes
//   is_all(at, size)             whether all of it is ASCII
//   find_doubt(at, size)         how many bytes come before the first that may begin a code point that NFC changes: from 0xCC on
//                                (U+0300), or, in AVX2's long form, only those that really begin one
// Nothing is read or written beyond `size` bytes; map may write beyond what it counts. The 26 letters are told by one addition and
// one comparison: (byte + 0x7f - last) as a signed number is over 0x7f - 26 for them alone.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace millrace::text {

enum class Simd { portable, sse2, avx2 };
// The best that this processor has.
Simd simd_of_processor();

inline bool is_letter_from(std::uint8_t byte, std::uint8_t first) { return static_cast<std::uint8_t>(byte - first) < 26; }
inline bool stays(std::uint8_t byte, std::uint8_t first) { return byte < 0x80 && !is_letter_from(byte, first); }
inline std::uint8_t map_byte(std::uint8_t byte, std::uint8_t first) {
  return static_cast<std::uint8_t>(byte ^ (is_letter_from(byte, first) ? 0x20 : 0));
}

struct PortableAscii {
  static constexpr std::uint64_t ones = 0x0101010101010101, highs = ones * 0x80;
  static std::uint64_t load(const std::uint8_t* at) {
    std::uint64_t bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
  }
  // The high bit of each byte that is one of the letters; for eight bytes of ASCII.
  static std::uint64_t letters(std::uint64_t bytes, std::uint8_t first) {
    return (bytes + ones * (0x80u - first)) & ~(bytes + ones * (0x80u - first - 26)) & highs;
  }
  static std::size_t find(const std::uint8_t* at, std::size_t size, std::uint8_t first) {
    std::size_t done = 0;
    for (; size - done >= 8; done += 8) {
      const std::uint64_t bytes = load(at + done);
      if ((bytes & highs) != 0 || letters(bytes, first) != 0) break;
    }
    while (done < size && stays(at[done], first)) ++done;
    return done;
  }
  static std::size_t map(const std::uint8_t* at, std::uint8_t* out, std::size_t size, std::uint8_t first) {
    std::size_t done = 0;
    for (; size - done >= 8; done += 8) {
      const std::uint64_t bytes = load(at + done);
      if ((bytes & highs) != 0) break;
      const std::uint64_t mapped = bytes ^ letters(bytes, first) >> 2;
      std::memcpy(out + done, &mapped, sizeof mapped);
    }
    for (; done < size && at[done] < 0x80; ++done) out[done] = map_byte(at[done], first);
    return done;
  }
  static bool is_all(const std::uint8_t* at, std::size_t size) {
    std::uint64_t bytes = 0;
    std::size_t done = 0;
    for (; size - done >= 8; done += 8) bytes |= load(at + done);
    for (; done < size; ++done) bytes |= at[done];
    return (bytes & highs) == 0;
  }
  static std::size_t find_doubt(const std::uint8_t* at, std::size_t size) {
    std::size_t done = 0;
    for (; size - done >= 8 && (load(at + done) & highs) == 0; done += 8) {
    }
    while (done < size && at[done] < 0xcc) ++done;
    return done;
  }
};

#if defined(__x86_64__)
struct Sse2Ascii {
  static __m128i load(const std::uint8_t* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
  static char byte(int value) { return static_cast<char>(value); }
  static __m128i letters(__m128i bytes, std::uint8_t first) {
    const __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8(byte(0x7f - 25 - first)));
    return _mm_cmpgt_epi8(moved, _mm_set1_epi8(0x7f - 26));
  }
  static unsigned changes(__m128i bytes, std::uint8_t first) {
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(bytes, letters(bytes, first))));
  }
  // Sixteen bytes; how many of them come before the first that is not ASCII.
  static std::size_t map_block(const std::uint8_t* at, std::uint8_t* out, std::uint8_t first) {
    const __m128i bytes = load(at);
    const __m128i flip = _mm_and_si128(letters(bytes, first), _mm_set1_epi8(0x20));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_xor_si128(bytes, flip));
    return static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(_mm_movemask_epi8(bytes)) | 0x10000u));
  }
  static std::size_t find(const std::uint8_t* at, std::size_t size, std::uint8_t first) {
    std::size_t done = 0;
    for (; size - done >= 16; done += 16) {
      if (const unsigned mask = changes(load(at + done), first)) return done + static_cast<std::size_t>(std::countr_zero(mask));
    }
    if (done == 0) return PortableAscii::find(at, size, first);
    const unsigned mask = changes(load(at + size - 16), first);  // some of it for the second time
    return mask != 0 ? size - 16 + static_cast<std::size_t>(std::countr_zero(mask)) : size;
  }
  static std::size_t map(const std::uint8_t* at, std::uint8_t* out, std::size_t size, std::uint8_t first) {
    std::size_t done = 0;
    for (; size - done >= 16; done += 16) {
      if (const std::size_t mapped = map_block(at + done, out + done, first); mapped < 16) return done + mapped;
    }
    if (done == 0) return PortableAscii::map(at, out, size, first);
    return size - 16 + map_block(at + size - 16, out + size - 16, first);  // some of it for the second time
  }
  static bool is_all(const std::uint8_t* at, std::size_t size) {
    if (size < 16) return PortableAscii::is_all(at, size);
    __m128i bytes = load(at + size - 16);
    for (std::size_t done = 0; size - done > 16; done += 16) bytes = _mm_or_si128(bytes, load(at + done));
    return _mm_movemask_epi8(bytes) == 0;
  }
  static std::size_t find_doubt(const std::uint8_t* at, std::size_t size) {
    std::size_t done = 0;
    const __m128i least = _mm_set1_epi8(byte(0xcc));
    for (; size - done >= 16; done += 16) {
      const __m128i bytes = load(at + done);
      const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(bytes, least), bytes));
      if (mask != 0) return done + static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(mask)));
    }
    return done + PortableAscii::find_doubt(at + done, size - done);
  }
};

// Of short runs a call would be the most of the work: they are left to SSE2.
struct Avx2Ascii {
  static std::size_t find(const std::uint8_t* at, std::size_t size, std::uint8_t first) {
    return size < 128 ? Sse2Ascii::find(at, size, first) : find_long(at, size, first);
  }
  static std::size_t map(const std::uint8_t* at, std::uint8_t* out, std::size_t size, std::uint8_t first) {
    if (size < 128) return Sse2Ascii::map(at, out, size, first);
    const std::size_t mapped = Sse2Ascii::map_block(at, out, first);
    return mapped < 16 ? mapped : 16 + map_long(at + 16, out + 16, size - 16, first);
  }
  static bool is_all(const std::uint8_t* at, std::size_t size) { return Sse2Ascii::is_all(at, size); }  // of short ones only
  static std::size_t find_doubt(const std::uint8_t* at, std::size_t size) {
    return size < 128 ? Sse2Ascii::find_doubt(at, size) : find_doubt_long(at, size);
  }

 private:
  static std::size_t find_long(const std::uint8_t* at, std::size_t size, std::uint8_t first);
  static std::size_t map_long(const std::uint8_t* at, std::uint8_t* out, std::size_t size, std::uint8_t first);
  static std::size_t find_doubt_long(const std::uint8_t* at, std::size_t size);
};
#endif

// Calls f with the form itself: f(Avx2Ascii()).
template <class F>
auto with_ascii([[maybe_unused]] Simd simd, F&& f) {
#if defined(__x86_64__)
  if (simd == Simd::avx2) return f(Avx2Ascii());
  if (simd == Simd::sse2) return f(Sse2Ascii());
#endif
  return f(PortableAscii());
}

}  // namespace millrace::text

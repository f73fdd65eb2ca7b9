// SPDX-License-Identifier: Apache-2.0
//
// Compaction: the survivors of an array, side by side in another. Behind collect() of pure stages; no user's header.
//
// A block of elements goes through all stages at once, in a loop without branches that the compiler turns into vector code:
// values and masks land in two small arrays. Then the values that are kept are packed. AVX2: eight at a time through a
// table that says, for each mask of eight, which lanes come first (Lemire, "Quickly pruning elements in SIMD vectors",
// 2017); values of 1, 2, 4 and 8 bytes. Portable, and other sizes: each value is stored, and the place moves on when it is
// kept.
//
// No store goes beyond out[in's size]: what is kept is at most what was read, and eight are stored only after eight more
// were read.
#pragma once

#if defined(__x86_64__) && __has_include(<immintrin.h>)
#include <immintrin.h>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "millrace/parallel/instructions.h"

namespace millrace::parallel::detail {

template <std::size_t bytes>
using MaskOf = std::conditional_t<
    bytes == 8, std::int64_t,
    std::conditional_t<bytes == 4, std::int32_t, std::conditional_t<bytes == 2, std::int16_t, std::int8_t>>>;

inline constexpr std::size_t block_size = 64;  // elements; a constant, so that -O2 too makes vector code of the loops
inline constexpr std::size_t compact_bytes_max = 16;  // larger ones are not worth storing in vain

// Storage for values that need no default constructor.
template <class V, std::size_t size = block_size>
struct Block {
  V* data() { return reinterpret_cast<V*>(bytes); }
  alignas(64) std::byte bytes[size * sizeof(V)];
};

// What a chain makes of a block of elements: all values, and for each a mask: all ones where it is kept, else 0.
template <class V>
struct Evaluated {
  using Mask = MaskOf<sizeof(V)>;
  Block<V> values;
  alignas(64) Mask masks[block_size];

  template <class Reference, class T, class Chain>
  [[gnu::always_inline]] void evaluate(T* in, Chain& chain) {
    V* const value = values.data();
    for (std::size_t at = 0; at < block_size; ++at) {
      chain.speculate(static_cast<Reference>(in[at]), [&](bool is_kept, auto&& made) {
        ::new (static_cast<void*>(value + at)) V(std::forward<decltype(made)>(made));
        if constexpr (Chain::drops) masks[at] = is_kept ? Mask{-1} : Mask{0};
      });
    }
  }
  [[gnu::always_inline]] std::size_t kept() const {
    Mask total = 0;  // at most block_size, which fits into a byte
    for (std::size_t at = 0; at < block_size; ++at) total = static_cast<Mask>(total - masks[at]);
    return static_cast<std::size_t>(total);
  }
};

template <class V>
[[gnu::always_inline]] inline void pack(Portable, const V* values, const MaskOf<sizeof(V)>* masks, V* out) {
#pragma GCC unroll 8
  for (std::size_t at = 0; at < block_size; ++at) {
    ::new (static_cast<void*>(out)) V(values[at]);
    out -= static_cast<std::ptrdiff_t>(masks[at]);
  }
}

#if defined(__x86_64__)
// For each mask of eight lanes: the lanes that are set, in order, first. A byte each.
inline constexpr auto left_packs = [] {
  std::array<std::array<std::uint8_t, 8>, 256> table{};
  for (std::size_t mask = 0; mask < table.size(); ++mask) {
    std::size_t filled = 0;
    for (std::uint8_t lane = 0; lane < 8; ++lane) {
      if (mask >> lane & 1) table[mask][filled++] = lane;
    }
  }
  return table;
}();
// For each mask of four lanes of 64 bits: the same in halves, as vpermd takes them.
inline constexpr auto left_packs_of_four = [] {
  std::array<std::array<std::uint8_t, 8>, 16> table{};
  for (std::size_t mask = 0; mask < table.size(); ++mask) {
    std::size_t filled = 0;
    for (std::uint8_t lane = 0; lane < 4; ++lane) {
      if (!(mask >> lane & 1)) continue;
      table[mask][filled++] = static_cast<std::uint8_t>(2 * lane);
      table[mask][filled++] = static_cast<std::uint8_t>(2 * lane + 1);
    }
  }
  return table;
}();

// Eight values (four of 8 bytes) from `from` to `to`, those first whose mask is set; how many that are.
template <std::size_t bytes>
[[gnu::target("avx2,popcnt")]] inline unsigned pack_group(const std::byte* from, const void* mask, std::byte* to) {
  unsigned bits = 0;
  if constexpr (bytes == 8) {
    bits = static_cast<unsigned>(_mm256_movemask_pd(_mm256_loadu_pd(static_cast<const double*>(mask))));
    const __m256i order =
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(&left_packs_of_four[bits])));
    const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permutevar8x32_epi32(values, order));
  } else if constexpr (bytes == 4) {
    bits = static_cast<unsigned>(_mm256_movemask_ps(_mm256_loadu_ps(static_cast<const float*>(mask))));
    const __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(&left_packs[bits])));
    const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permutevar8x32_epi32(values, order));
  } else if constexpr (bytes == 2) {
    const __m128i masks = _mm_loadu_si128(static_cast<const __m128i*>(mask));
    bits = static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(masks, _mm_setzero_si128())));
    const __m128i lanes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&left_packs[bits]));
    const __m128i twice = _mm_add_epi8(_mm_unpacklo_epi8(lanes, lanes), _mm_unpacklo_epi8(lanes, lanes));
    const __m128i order = _mm_add_epi8(twice, _mm_set1_epi16(0x0100));  // bytes 2n and 2n + 1 of lane n
    const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(values, order));
  } else {
    bits = static_cast<unsigned>(_mm_movemask_epi8(_mm_loadl_epi64(static_cast<const __m128i*>(mask)))) & 0xff;
    const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&left_packs[bits]));
    const __m128i values = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(values, order));
  }
  return static_cast<unsigned>(_mm_popcnt_u32(bits));
}

template <class V>
[[gnu::target("avx2,popcnt")]] inline void pack(Avx2, const V* values, const MaskOf<sizeof(V)>* masks, V* out) {
  constexpr std::size_t bytes = sizeof(V);
  if constexpr (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) {
    constexpr std::size_t group = bytes == 8 ? 4 : 8;
    const auto* const from = reinterpret_cast<const std::byte*>(values);
    auto* to = reinterpret_cast<std::byte*>(out);
    for (std::size_t at = 0; at < block_size; at += group)
      to += bytes * pack_group<bytes>(from + at * bytes, masks + at, to);
  } else {
    pack(Portable(), values, masks, out);
  }
}
#endif

// `Reference` is how an element is handed to the first stage: const T&, T& or T&&. Gives the end of what was written.
template <class Reference>
struct CompactionKernel {
  template <class Target, class T, class Chain, class V>
  [[gnu::always_inline]] static V* run(T* in, std::size_t size, Chain* chain, V* out) {
    Evaluated<V> block;
    for (; size >= block_size; size -= block_size, in += block_size) {
      block.template evaluate<Reference>(in, *chain);
      std::size_t kept = block_size;
      if constexpr (Chain::drops) kept = block.kept();
      // Data that is sorted, or nearly, drops or keeps whole blocks.
      if (kept == block_size) {
        std::memcpy(static_cast<void*>(out), block.values.data(), block_size * sizeof(V));
      } else if (kept > 0) {
        pack(Target(), block.values.data(), block.masks, out);
      }
      out += kept;
    }
    for (; size > 0; --size, ++in) {
      chain->speculate(static_cast<Reference>(*in), [&](bool is_kept, auto&& made) {
        ::new (static_cast<void*>(out)) V(std::forward<decltype(made)>(made));
        out += is_kept;
      });
    }
    return out;
  }
};

}  // namespace millrace::parallel::detail

// SPDX-License-Identifier: Apache-2.0
//
// Selection: sum, count, least and greatest of what a chain keeps, without a branch: an element that is dropped takes part
// as 0, or as what no other is beyond. Behind the sinks of pure stages; no user's header.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "millrace/parallel/compaction.h"

namespace millrace::parallel::detail {

// Whole numbers, modulo 2^64: exact whenever the sum itself fits, whatever the order.
template <class V>
constexpr std::uint64_t widened(V value) {
  return static_cast<std::uint64_t>(
      static_cast<std::conditional_t<std::is_signed_v<V>, std::int64_t, std::uint64_t>>(value));
}

// The sum of at most 256 whole numbers, in registers that are no wider than they must be: as many lanes as there can be.
template <class V>
struct BlockSum {
  std::uint64_t all = 0;
  [[gnu::always_inline]] constexpr void add(V value) { all += widened(value); }
  constexpr std::uint64_t total() const { return all; }
};
template <class V>
requires(sizeof(V) <= 2) struct BlockSum<V> {
  std::conditional_t<std::is_signed_v<V>, std::conditional_t<sizeof(V) == 1, std::int16_t, std::int32_t>,
                     std::conditional_t<sizeof(V) == 1, std::uint16_t, std::uint32_t>>
      all = 0;
  [[gnu::always_inline]] constexpr void add(V value) { all = static_cast<decltype(all)>(all + value); }
  constexpr std::uint64_t total() const { return widened(all); }
};
template <class V>
requires(sizeof(V) == 4) struct BlockSum<V> {  // by halves: to widen eight to 64 bits takes longer than to add them twice
  std::uint32_t low = 0;
  std::conditional_t<std::is_signed_v<V>, std::int32_t, std::uint32_t> high = 0;
  [[gnu::always_inline]] constexpr void add(V value) {
    low += static_cast<std::uint32_t>(value) & 0xffff;
    high += static_cast<decltype(high)>(value >> 16);
  }
  constexpr std::uint64_t total() const { return low + widened(high) * 65536; }
};

template <class Reference, class V>
struct SumKernel {
  static constexpr std::size_t unrolled = 256;  // a constant, as block_size is

  template <class Target, class T, class Chain>
  [[gnu::always_inline]] static std::uint64_t run(T* in, std::size_t size, Chain* chain) {
    std::uint64_t total = 0;
    for (; size >= unrolled; size -= unrolled, in += unrolled) {
      BlockSum<V> sum;
      for (std::size_t at = 0; at < unrolled; ++at) {
        chain->speculate(static_cast<Reference>(in[at]), [&](bool is_kept, V value) { sum.add(is_kept ? value : V{0}); });
      }
      total += sum.total();
    }
    BlockSum<V> sum;
    for (; size > 0; --size, ++in) {
      chain->speculate(static_cast<Reference>(*in), [&](bool is_kept, V value) { sum.add(is_kept ? value : V{0}); });
    }
    return total + sum.total();
  }
};

// V: of what comes out; its size is that of the masks.
template <class Reference, class V>
struct CountKernel {
  template <class Target, class T, class Chain>
  [[gnu::always_inline]] static std::size_t run(T* in, std::size_t size, Chain* chain) {
    std::size_t total = 0;
    Evaluated<V> block;
    for (; size >= block_size; size -= block_size, in += block_size) {
      block.template evaluate<Reference>(in, *chain);
      total += block.kept();
    }
    for (; size > 0; --size, ++in) {
      chain->speculate(static_cast<Reference>(*in), [&](bool is_kept, auto&&) { total += is_kept; });
    }
    return total;
  }
};

// `value` where the mask is all ones, else `other`: by bits, since GCC makes branches of a choice between floating numbers.
template <class V>
[[gnu::always_inline]] constexpr V chosen(MaskOf<sizeof(V)> mask, V value, V other) {
  using Bits = MaskOf<sizeof(V)>;
  return std::bit_cast<V>(static_cast<Bits>((std::bit_cast<Bits>(value) & mask) | (std::bit_cast<Bits>(other) & ~mask)));
}

// Sums of floating point depend on the order, so this one's is fixed, the same with AVX2, portable and on several
// cores: runs of float_run elements of the source each; in a run the element i is added to lane i % block_size; the lanes
// are added in order, then the runs.
inline constexpr std::size_t float_run = 16384;

template <class Reference, class V>
struct FloatSumKernel {
  template <class Target, class T, class Chain>
  [[gnu::always_inline]] static double run(T* in, std::size_t size, Chain* chain) {
    Evaluated<V> block;
    double lanes[block_size];
    double total = 0;
    while (size > 0) {
      std::fill(lanes, lanes + block_size, 0.0);
      std::size_t here = std::min(size, float_run);
      size -= here;
      for (; here >= block_size; here -= block_size, in += block_size) {
        block.template evaluate<Reference>(in, *chain);
        const V* const value = block.values.data();
        for (std::size_t at = 0; at < block_size; ++at) {
          lanes[at] += static_cast<double>(Chain::drops ? chosen(block.masks[at], value[at], V{0}) : value[at]);
        }
      }
      for (std::size_t at = 0; at < here; ++at) {
        chain->speculate(static_cast<Reference>(in[at]),
                         [&](bool is_kept, V value) { lanes[at] += is_kept ? static_cast<double>(value) : 0.0; });
      }
      in += here;
      double sum = 0;
      for (const double lane : lanes) sum += lane;
      total += sum;
    }
    return total;
  }
};

// The least (or greatest) of numbers. Nothing, where this way cannot tell: nothing was kept, or all that was is NaN or
// `beyond`.
template <class Reference, class V, bool greatest>
struct ExtremeKernel {
  static constexpr V beyond = std::numeric_limits<V>::has_infinity
                                  ? (greatest ? -std::numeric_limits<V>::infinity() : std::numeric_limits<V>::infinity())
                                  : (greatest ? std::numeric_limits<V>::lowest() : std::numeric_limits<V>::max());

  [[gnu::always_inline]] static constexpr V better(V one, V best) {
    return greatest ? (best < one ? one : best) : (one < best ? one : best);
  }

  template <class Target, class T, class Chain>
  [[gnu::always_inline]] static std::optional<V> run(T* in, std::size_t size, Chain* chain) {
    Evaluated<V> block;
    V lanes[block_size];
    std::fill(lanes, lanes + block_size, beyond);
    for (; size >= block_size; size -= block_size, in += block_size) {
      block.template evaluate<Reference>(in, *chain);
      const V* const value = block.values.data();
      for (std::size_t at = 0; at < block_size; ++at) {
        lanes[at] = better(Chain::drops ? chosen(block.masks[at], value[at], beyond) : value[at], lanes[at]);
      }
    }
    for (std::size_t at = 0; at < size; ++at) {
      chain->speculate(static_cast<Reference>(in[at]),
                       [&](bool is_kept, V value) { lanes[at] = better(is_kept ? value : beyond, lanes[at]); });
    }
    V best = beyond;
    for (const V lane : lanes) best = better(lane, best);
    if (best == beyond) return std::nullopt;
    return best;
  }
};

}  // namespace millrace::parallel::detail

// SPDX-License-Identifier: Apache-2.0
//
// Selection: sum, count, least and greatest of what a chain keeps, without a branch: an element that is dropped takes part
// as 0, or as what no other is beyond. Behind the sinks of pure stages; no user's header.
#pragma once

#include <algorithm>
#include <array>
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

// What each kept element adds, modulo 2^64: `Add`'s result of its value.
template <class Reference, class Add>
struct TotalKernel {
  static constexpr std::size_t unrolled = 256;  // a constant, as block_size

  template <class Target, class T, class Chain>
  [[gnu::always_inline]] static std::uint64_t run(T* in, std::size_t size, Chain* chain) {
    std::uint64_t total = 0;
    const auto add = [&](bool is_kept, auto&& value) { total += is_kept ? Add()(value) : 0; };
    for (; size >= unrolled; size -= unrolled, in += unrolled) {
      for (std::size_t at = 0; at < unrolled; ++at) chain->speculate(static_cast<Reference>(in[at]), add);
    }
    for (; size > 0; --size, ++in) chain->speculate(static_cast<Reference>(*in), add);
    return total;
  }
};
struct AddValue {
  template <class V>
  [[gnu::always_inline]] constexpr std::uint64_t operator()(const V& value) const {
    return widened(value);
  }
};
struct AddOne {
  template <class V>
  [[gnu::always_inline]] constexpr std::uint64_t operator()(const V&) const {
    return 1;
  }
};

// Sums of floating point depend on the order, so this one's is fixed, and the same with AVX2, portable and on several
// cores: runs of float_run elements of the source each; in a run the element i is added to lane i % block_size; the lanes
// are added in order, then the runs.
inline constexpr std::size_t float_run = 16384;

template <class Reference>
struct LanesKernel {
  template <class Target, class T, class Chain>
  [[gnu::always_inline]] static double run(T* in, std::size_t size, Chain* chain) {
    double total = 0;
    while (size > 0) {
      const std::size_t here = std::min(size, float_run);
      total += sum_run<Target>(in, here, chain);
      size -= here;
      in += here;
    }
    return total;
  }

 private:
  template <class Target, class T, class Chain>
  [[gnu::always_inline]] static double sum_run(T* in, std::size_t size, Chain* chain) {
    double lanes[block_size] = {};
    for (; size >= block_size; size -= block_size, in += block_size) {
      for (std::size_t at = 0; at < block_size; ++at) {
        chain->speculate(static_cast<Reference>(in[at]),
                         [&](bool is_kept, auto&& value) { lanes[at] += is_kept ? static_cast<double>(value) : 0.0; });
      }
    }
    for (std::size_t at = 0; at < size; ++at) {
      chain->speculate(static_cast<Reference>(in[at]),
                       [&](bool is_kept, auto&& value) { lanes[at] += is_kept ? static_cast<double>(value) : 0.0; });
    }
    double total = 0;
    for (const double lane : lanes) total += lane;
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
    V lanes[block_size];
    std::fill(lanes, lanes + block_size, beyond);
    for (; size >= block_size; size -= block_size, in += block_size) {
      for (std::size_t at = 0; at < block_size; ++at) {
        chain->speculate(static_cast<Reference>(in[at]),
                         [&](bool is_kept, V value) { lanes[at] = better(is_kept ? value : beyond, lanes[at]); });
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

// SPDX-License-Identifier: Apache-2.0
//
// How reduce() of parallel_map.h sets its brackets: by the number of elements and by nothing else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

#include "millrace/parallel/exact_array.h"
#include "millrace/parallel/parallel_build.h"
#include "millrace/parallel/parallel_range.h"

namespace millrace::parallel::detail {

// The same bits however they are bracketed; of other operations it is not known.
template <class R, class Combine, template <class> class... Operation>
inline constexpr bool is_among = ((std::is_same_v<std::remove_cv_t<Combine>, Operation<void>> || std::is_same_v<std::remove_cv_t<Combine>, Operation<R>>) || ...);
template <class R, class Combine>
inline constexpr bool any_brackets_do = std::is_integral_v<R> && is_among<R, Combine, std::plus, std::multiplies, std::bit_and, std::bit_or, std::bit_xor>;

template <class T, class R, class Map, class Combine>
class Reduction {
 public:
  Reduction(const T* in, std::size_t n, Map& map, Combine& combine)
      : in_(in), n_(n), block_(n <= blocks_max ? 1 : std::max<std::size_t>(32, (n + blocks_max - 1) / blocks_max)), map_(map), combine_(combine) {}

  // `total` with the blocks of [begin, end), of which `begin` is a block's.
  R in_sequence(R total, std::size_t begin, std::size_t end) const {
    if (any_brackets_do<R, Combine> || block_ == 1) return fold(std::move(total), begin, end);
    for (; begin < end; begin += block_) total = std::invoke(combine_, std::move(total), block_at(begin));
    return total;
  }

  [[gnu::noinline]] R measured(R total, const ParallelOptions& options, CostMemo& memo) const {
    std::size_t done = 0;
    const auto work = [&](std::size_t begin, std::size_t end) { total = in_sequence(std::move(total), begin, end); };
    const Rest rest = begin_range(n_, work, options, memo, block_, done);
    return rest.begin == n_ ? std::move(total) : shared(std::move(total), rest, options, memo);
  }

 private:
  static constexpr std::size_t blocks_max = 1024;

  R made_of(std::size_t at) const { return static_cast<R>(std::invoke(map_, in_[at])); }

  R fold(R total, std::size_t begin, std::size_t end) const {
    for (; begin < end; ++begin) total = std::invoke(combine_, std::move(total), made_of(begin));
    return total;
  }

  R block_at(std::size_t begin) const {
    const std::size_t end = std::min(n_, begin + block_);
    if constexpr (std::is_floating_point_v<R>) {
      if (end - begin >= chunk) return fold_chunks(begin, end);
    }
    R part = made_of(begin);
    return fold(std::move(part), begin + 1, end);
  }

  // An addition waits some 3 cycles for the one before it; of eight in a row, each waits for none.
  static constexpr std::size_t lanes = 8;
  static constexpr std::size_t chunk = lanes * 8;
  R fold_chunks(std::size_t begin, std::size_t end) const {
    R values[chunk];  // in the elements' order, as map may throw
    R part{};
    for (const std::size_t first = begin; begin + chunk <= end; begin += chunk) {
      for (std::size_t i = 0; i < chunk; ++i) values[i] = made_of(begin + i);
      R sums[lanes];
      for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] = values[lane * (chunk / lanes)];
      for (std::size_t i = 1; i < chunk / lanes; ++i) {
        for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] = std::invoke(combine_, sums[lane], values[lane * (chunk / lanes) + i]);
      }
      for (std::size_t width = 1; width < lanes; width *= 2) {
        for (std::size_t lane = 0; lane < lanes; lane += 2 * width) sums[lane] = std::invoke(combine_, sums[lane], sums[lane + width]);
      }
      part = begin == first ? sums[0] : std::invoke(combine_, part, sums[0]);
    }
    return fold(part, begin, end);
  }

  R shared(R total, Rest rest, const ParallelOptions& options, CostMemo& memo) const {
    const auto part_of = [&](std::size_t at) { return (at - rest.begin + block_ - 1) / block_; };
    ArrayBuilder<R> parts(part_of(n_));
    const auto work = [&](std::size_t begin, std::size_t end) {
      detail::build(parts.data(), part_of(begin), part_of(end), [&](std::size_t part) { return block_at(rest.begin + part * block_); });
    };
    const RangeOutcome outcome = share_range(rest, n_, work, options, memo, block_, !std::is_trivially_destructible_v<R>);
    const OutcomeGuard guard(parts.data(), outcome, part_of);
    // What comes before a failure may fail when it is combined, and would have been first.
    const std::size_t whole = part_of(outcome.error ? std::min(outcome.failed, n_) : n_);
    for (std::size_t part = 0; part < whole; ++part) total = std::invoke(combine_, std::move(total), std::move(parts.data()[part]));
    if (outcome.error) std::rethrow_exception(outcome.error);
    return total;
  }

  const T* const in_;
  const std::size_t n_;
  const std::size_t block_;
  Map& map_;
  Combine& combine_;
};

}  // namespace millrace::parallel::detail

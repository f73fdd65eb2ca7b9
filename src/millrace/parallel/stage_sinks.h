// SPDX-License-Identifier: Apache-2.0
//
// The ends of a chain of stages (stages.h): what each gives, and its plain form, the loop one would write by hand.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "millrace/parallel/exact_array.h"
#include "millrace/parallel/selection.h"
#include "millrace/parallel/stage_chain.h"

namespace millrace::parallel {

// The ends as values: `| sum()`, `| min({}, &Order::total)`. The class says which; stream() takes the same.
struct Sum {};
struct Count {};
template <class Less, class Projection, bool greatest>
struct Extreme {
  Less less;
  Projection projection;
  static constexpr bool is_greatest = greatest;
};
template <class T, class Op>
struct Reduce {
  T init;
  Op op;
};
struct Collect {};
struct First {};
template <class P, bool wanted>
struct Decide {  // any(p): whether one p(x) is `wanted`; all(p): whether none is not
  P predicate;
};

// The sum. Whole numbers of up to 64 bits (and bool) give std::int64_t or std::uint64_t, by their sign: exact when the sum
// itself fits into 64 bits, else modulo 2^64, never a trap. float and double give double, added in order; with pure stages,
// and in parallel, in another order that is always the same. Any other T gives T{} + x + …, in order. Of nothing: T{}.
[[nodiscard]] constexpr Sum sum() { return {}; }
// How many come out.
[[nodiscard]] constexpr Count count() { return {}; }
// The least, by less(projection(a), projection(b)): the first of equals, nothing of nothing. NaN is passed over unless
// there is nothing else; of 0.0 and -0.0, which are equal, either may come.
template <class Less = std::ranges::less, class Projection = std::identity>
[[nodiscard]] constexpr Extreme<Less, Projection, false> min(Less less = {}, Projection projection = {}) {
  return {std::move(less), std::move(projection)};
}
// The greatest, likewise: the first of equals.
template <class Less = std::ranges::less, class Projection = std::identity>
[[nodiscard]] constexpr Extreme<Less, Projection, true> max(Less less = {}, Projection projection = {}) {
  return {std::move(less), std::move(projection)};
}
// op(op(init, x), y)…, in order. In parallel, op must also join two results, and init be neutral: op(init, x) is x.
template <class T, class Op>
[[nodiscard]] constexpr Reduce<std::decay_t<T>, std::decay_t<Op>> reduce(T&& init, Op&& op) {
  return {std::forward<T>(init), std::forward<Op>(op)};
}
// All that come out, as an ExactArray: in order, each built where it stays. From a sized source memory is allocated once,
// for as many as can come out, and what is unused is given back. Else in chunks that double, up to 1 MiB, from which the
// elements are then moved into one array that fits.
[[nodiscard]] constexpr Collect collect() { return {}; }
// The first that comes out, if any; nothing more is read.
[[nodiscard]] constexpr First first() { return {}; }
// Whether p(x) is true of one; of every one (which holds of nothing). Nothing more is read once that is known.
template <class P>
[[nodiscard]] constexpr Decide<std::decay_t<P>, true> any(P&& p) {
  return {std::forward<P>(p)};
}
template <class P>
[[nodiscard]] constexpr Decide<std::decay_t<P>, false> all(P&& p) {
  return {std::forward<P>(p)};
}

namespace detail {

template <class End>
inline constexpr bool is_end = false;
template <>
inline constexpr bool is_end<Sum> = true;
template <>
inline constexpr bool is_end<Count> = true;
template <class Less, class Projection, bool greatest>
inline constexpr bool is_end<Extreme<Less, Projection, greatest>> = true;
template <class T, class Op>
inline constexpr bool is_end<Reduce<T, Op>> = true;
template <>
inline constexpr bool is_end<Collect> = true;
template <>
inline constexpr bool is_end<First> = true;
template <class P, bool wanted>
inline constexpr bool is_end<Decide<P, wanted>> = true;

template <class End>
inline constexpr bool is_early_end = false;
template <>
inline constexpr bool is_early_end<First> = true;
template <class P, bool wanted>
inline constexpr bool is_early_end<Decide<P, wanted>> = true;

template <class V>
concept WholeNumber = std::integral<V> && sizeof(V) <= 8;
template <class V>
concept FloatingNumber = std::same_as<V, float> || std::same_as<V, double>;
template <class V>
concept Number = (WholeNumber<V> && !std::same_as<V, bool>) || FloatingNumber<V>;

template <class V>
struct SumOf {
  using type = V;
};
template <WholeNumber V>
struct SumOf<V> {
  using type = std::conditional_t<std::is_signed_v<V>, std::int64_t, std::uint64_t>;
};
template <FloatingNumber V>
struct SumOf<V> {
  using type = double;
};

template <class V>
struct SumSink {
  V total{};
  template <class X>
  [[gnu::always_inline]] constexpr void operator()(X&& x) {
    total = std::move(total) + std::forward<X>(x);
  }
  constexpr V result() && { return std::move(total); }
};
template <WholeNumber V>
struct SumSink<V> {
  std::uint64_t total = 0;
  [[gnu::always_inline]] constexpr void operator()(V x) { total += widened(x); }
  constexpr typename SumOf<V>::type result() && { return static_cast<typename SumOf<V>::type>(total); }
};
template <FloatingNumber V>
struct SumSink<V> {
  double total = 0;
  [[gnu::always_inline]] constexpr void operator()(V x) { total += static_cast<double>(x); }
  constexpr double result() && { return total; }
};

struct CountSink {
  std::size_t total = 0;
  template <class X>
  [[gnu::always_inline]] constexpr void operator()(X&&) {
    ++total;
  }
};

// No number: its bytes are set all the same, since GCC 12 warns where an optional without is copied.
template <class V>
constexpr std::optional<V> nothing() {
  std::optional<V> found;
  if constexpr (std::is_arithmetic_v<V>) {
    found.emplace(V{});
    found.reset();
  }
  return found;
}

template <class V, class By>  // an Extreme
struct ExtremeSink {
  By& by;
  std::optional<V> best = nothing<V>();

  template <class X>
  [[gnu::always_inline]] constexpr void operator()(X&& x) {
    if (!best || is_better(x)) best.emplace(std::forward<X>(x));
  }
  constexpr std::optional<V> result() && { return std::move(best); }

 private:
  template <class X>
  [[gnu::always_inline]] constexpr bool is_better(X& x) {
    auto&& one = std::invoke(by.projection, x);
    auto&& other = std::invoke(by.projection, *best);
    if constexpr (std::is_floating_point_v<std::remove_cvref_t<decltype(other)>>) {
      if (other != other) return true;
    }
    return By::is_greatest ? std::invoke(by.less, other, one) : std::invoke(by.less, one, other);
  }
};

template <class T, class Op>
struct ReduceSink {
  T total;
  Op& op;
  template <class X>
  [[gnu::always_inline]] constexpr void operator()(X&& x) {
    total = std::invoke(op, std::move(total), std::forward<X>(x));
  }
};

template <class V>
struct FirstSink {
  std::optional<V> found{};
  template <class X>
  [[gnu::always_inline]] constexpr bool operator()(X&& x) {
    found.emplace(std::forward<X>(x));
    return false;
  }
};

template <class P, bool wanted>
struct DecideSink {
  P& predicate;
  bool is_found = false;
  template <class X>
  [[gnu::always_inline]] constexpr bool operator()(X&& x) {
    is_found = static_cast<bool>(std::invoke(predicate, std::as_const(x))) == wanted;
    return !is_found;
  }
};

// Tells the builder what was built, also when that ended with an exception.
template <class V>
struct Built {
  ArrayBuilder<V>& builder;
  Writer<V>& writer;
  ~Built() { builder.set_size(static_cast<std::size_t>(writer.next - builder.data())); }
};

// Elements of a number that is not known: chunks, each twice the one before it up to chunk_bytes_max.
template <class V>
class ChunkedWriter {
 public:
  static constexpr std::size_t chunk_bytes_max = std::size_t{1} << 20;

  ChunkedWriter() = default;
  ChunkedWriter(const ChunkedWriter&) = delete;
  ChunkedWriter& operator=(const ChunkedWriter&) = delete;
  ~ChunkedWriter() { note_built(); }

  template <class X>
  [[gnu::always_inline]] void operator()(X&& x) {
    if (writer_.next == end_) grow();
    writer_(std::forward<X>(x));
  }
  template <class Make>
  [[gnu::always_inline]] void make(Make&& make) {
    if (writer_.next == end_) grow();
    writer_.make(std::forward<Make>(make));
  }

  ExactArray<V> finish() && {
    static_assert(std::is_move_constructible_v<V>, "collect(): a source without size wants elements that can be moved");
    note_built();
    if (chunks_.empty()) return {};
    if (chunks_.size() == 1) {
      writer_.next = end_ = nullptr;
      return std::move(chunks_.front()).finish();
    }
    std::size_t size = 0;
    for (const auto& chunk : chunks_) size += chunk.size();
    ArrayBuilder<V> all(size);
    for (auto& chunk : chunks_) {
      std::uninitialized_move_n(chunk.data(), chunk.size(), all.data() + all.size());
      all.set_size(all.size() + chunk.size());
      if (&chunk == &chunks_.back()) writer_.next = end_ = nullptr;
      static_cast<void>(ArrayBuilder<V>(std::move(chunk)));  // its memory is of no use any more
    }
    return std::move(all).finish();
  }

 private:
  void note_built() {
    if (writer_.next != nullptr) chunks_.back().set_size(static_cast<std::size_t>(writer_.next - chunks_.back().data()));
  }
  [[gnu::noinline]] void grow() {
    note_built();
    const std::size_t most = std::max<std::size_t>(chunk_bytes_max / sizeof(V), 1);
    chunks_.emplace_back(chunks_.empty() ? std::min<std::size_t>(64, most) : std::min(2 * chunks_.back().capacity(), most));
    writer_.next = chunks_.back().data();
    end_ = writer_.next + chunks_.back().capacity();
  }

  std::vector<ArrayBuilder<V>> chunks_;
  Writer<V> writer_{nullptr};
  V* end_ = nullptr;
};

}  // namespace detail
}  // namespace millrace::parallel

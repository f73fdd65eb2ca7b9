// SPDX-License-Identifier: Apache-2.0
//
// A function over an array on all cores, where that pays.
//
//   ExactArray<Parsed> parsed = map_collect(lines, [](const std::string& line) { return parse(line); });
//   for_each(parsed, [](Parsed& one) { one.normalise(); });
//   const double sum = reduce(parsed, 0.0, [](const Parsed& one) { return one.score; }, std::plus());
//   ExactArray<Id> good = filter_collect(parsed, [](const Parsed& one) { return one.score > 0; }, &Parsed::id);
//
// Inputs are contiguous: a span, a vector, an array, an ExactArray. Results are in input order, each built once where it stays, in
// an array of exactly their number: their type needs no default constructor, no copy, no move. What is called must be fit for calls
// from several threads at once.
//
// Cost: a call begins as the plain loop and measures itself; the other cores are woken only when what is left is worth it, so that
// tiny inputs are never slower than the loop (docs/library.md has figures). What is cheap is vectorised as the loop would be.
// Exceptions: the one that the plain loop would have thrown, the lowest index's, whatever the threads do. All that was built is
// destroyed first. Elements above a failed one may have been begun; those under way end with their piece, of some 20 µs.
// Stop: options.stop; Stopped is thrown once what was built is destroyed.
// Threads: from any, several at once, and from within what is called.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

#include "millrace/parallel/exact_array.h"
#include "millrace/parallel/parallel_range.h"

namespace millrace::parallel {

template <class Range>
concept Contiguous = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range>;
template <class Range>
using ElementOf = std::remove_reference_t<std::ranges::range_reference_t<Range>>;
// What an array of f's results holds.
template <class F, class T>
using MappedBy = std::remove_cvref_t<std::invoke_result_t<F&, const T&>>;

namespace detail {

// Destroys what was built if it is not told that all went well.
template <class R>
struct BuiltGuard {
  R* first;
  R* last;
  ~BuiltGuard() { std::destroy(first, last); }
};

// out[i] = f(in[i]) in [begin, end), in place. When f throws, what this call built is destroyed.
template <class R, class T, class F>
inline void build(R* __restrict out, const T* in, std::size_t begin, std::size_t end, F& f) {
  if constexpr (std::is_trivially_destructible_v<R> || std::is_nothrow_invocable_r_v<R, F&, const T&>) {
    for (std::size_t i = begin; i < end; ++i) ::new (static_cast<void*>(out + i)) R(std::invoke(f, in[i]));
  } else {
    BuiltGuard<R> built{out + begin, out + begin};
    for (; built.last != out + end; ++built.last) ::new (static_cast<void*>(built.last)) R(std::invoke(f, in[built.last - out]));
    built.first = built.last;
  }
}

template <class R>
void destroy_and_throw(R* built, const RangeOutcome& outcome) {
  std::destroy_n(built, outcome.in_sequence);
  for (const Piece& piece : outcome.done) std::destroy(built + piece.begin, built + piece.end);
  std::rethrow_exception(outcome.error);
}

}  // namespace detail

// {f(input[0]), f(input[1]), …}. Throws what f throws, Stopped, std::bad_alloc.
template <class T, class F>
ExactArray<MappedBy<F, T>> map_collect(std::span<const T> input, F&& f, ParallelOptions options = {}) {
  using R = MappedBy<F, T>;
  if (options.stop.stop_requested()) throw Stopped();
  const std::size_t n = input.size();
  ArrayBuilder<R> builder(n);
  const auto work = [in = input.data(), out = builder.data(), &f](std::size_t begin, std::size_t end) { detail::build(out, in, begin, end, f); };
  static thread_local constinit CostMemo memo;
  if (memo.take_unstamped(n)) {
    work(0, n);
  } else {
    const RangeOutcome outcome = try_range(n, work, options, memo, !std::is_trivially_destructible_v<R>);
    if (outcome.error) detail::destroy_and_throw(builder.data(), outcome);
  }
  builder.set_size(n);
  return std::move(builder).finish();
}

// f(elements[i]) for each element, which it may change. Throws what f throws, Stopped.
template <class T, class F>
void for_each(std::span<T> elements, F&& f, ParallelOptions options = {}) {
  if (options.stop.stop_requested()) throw Stopped();
  const auto work = [all = elements.data(), &f](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) std::invoke(f, all[i]);
  };
  static thread_local constinit CostMemo memo;
  if (memo.take_unstamped(elements.size())) return work(0, elements.size());
  run_range(elements.size(), work, options, &memo);
}

template <Contiguous Range, class F>
auto map_collect(Range&& input, F&& f, ParallelOptions options = {}) {
  return map_collect(std::span<const ElementOf<Range>>(input), std::forward<F>(f), std::move(options));
}
template <Contiguous Range, class F>
void for_each(Range&& elements, F&& f, ParallelOptions options = {}) {
  for_each(std::span<ElementOf<Range>>(elements), std::forward<F>(f), std::move(options));
}

}  // namespace millrace::parallel

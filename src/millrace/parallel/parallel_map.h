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
// Cost: a call begins as the plain loop and measures itself; the other cores are woken only when what is left is worth it. What a
// call adds to the loop is 1 to 2 ns (docs/performance.md). What is cheap is vectorised as the loop would be.
// Exceptions: the one that the plain loop would have thrown, the lowest index's, whatever the threads do. All that was built is
// destroyed first. Elements above a failed one may have been begun; those under way end with their piece, of some 20 µs.
// Stop: options.stop; Stopped is thrown once what was built is destroyed.
// Threads: from any, several at once, and from within what is called.
#pragma once

#include <atomic>
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
#include "millrace/parallel/parallel_build.h"
#include "millrace/parallel/parallel_range.h"
#include "millrace/parallel/parallel_reduction.h"

namespace millrace::parallel {

template <class Range>
concept Contiguous = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range>;
template <class Range>
using ElementOf = std::remove_reference_t<std::ranges::range_reference_t<Range>>;
// What an array of f's results holds.
template <class F, class T>
using MappedBy = std::remove_cvref_t<std::invoke_result_t<F&, const T&>>;

// {f(input[0]), f(input[1]), …}. Throws what f throws, Stopped, std::bad_alloc.
template <class T, class F>
ExactArray<MappedBy<F, T>> map_collect(std::span<const T> input, F&& f, ParallelOptions options = {}) {
  using R = MappedBy<F, T>;
  if (options.stop.stop_requested()) detail::throw_stopped();
  ArrayBuilder<R> builder(input.size());
  static thread_local constinit CostMemo memo;
  if (memo.take_unstamped<F>(input.size(), options)) [[likely]] {
    detail::build(builder.data(), 0, input.size(), detail::made_by(f, input.data()));
  } else {
    detail::build_measured(builder.data(), input.size(), detail::made_by(f, input.data()), options, memo);
  }
  builder.set_size(input.size());
  return std::move(builder).finish();
}

// f(elements[i]) for each element, which it may change. Throws what f throws, Stopped.
template <class T, class F>
void for_each(std::span<T> elements, F&& f, ParallelOptions options = {}) {
  if (options.stop.stop_requested()) detail::throw_stopped();
  const auto work = [all = elements.data(), &f](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) std::invoke(f, all[i]);
  };
  static thread_local constinit CostMemo memo;
  if (memo.take_unstamped<F>(elements.size(), options)) [[likely]] {
    work(0, elements.size());
  } else {
    run_range(elements.size(), work, options, &memo);
  }
}

// combine(…combine(combine(identity, map(input[0])), map(input[1]))…), as far as brackets may be set otherwise: combine is associative,
// exactly or, as for floating point, nearly; identity changes nothing. Brackets and order are the same in every call with as many
// elements, whatever the threads do, and so is the result. They are the plain loop's up to 1,024 elements, and always for integers that
// std::plus, multiplies, bit_and, bit_or or bit_xor combines; beyond, blocks of at least 32 are combined in order, and floating point in each of them so that eight sums are under way at once.
// Throws what the loop over those blocks would have thrown, Stopped, std::bad_alloc.
template <class T, class R, class Map, class Combine>
R reduce(std::span<const T> input, R identity, Map&& map, Combine&& combine, ParallelOptions options = {}) {
  if (options.stop.stop_requested()) detail::throw_stopped();
  const detail::Reduction<T, R, std::remove_reference_t<Map>, std::remove_reference_t<Combine>> reduction(input.data(), input.size(), map, combine);
  static thread_local constinit CostMemo memo;
  if (memo.take_unstamped<Map>(input.size(), options)) [[likely]] return reduction.in_sequence(std::move(identity), 0, input.size());
  return reduction.measured(std::move(identity), options, memo);
}

// {f(x) for each x of the input with keep(x)}, in order: two passes, the first of which remembers what keep() said in a byte an element.
// keep is called once for each element, f once for each that is kept. Throws what the loop would have thrown, Stopped, std::bad_alloc.
template <class T, class Keep, class F>
ExactArray<MappedBy<F, T>> filter_collect(std::span<const T> input, Keep&& keep, F&& f, ParallelOptions options = {}) {
  using R = MappedBy<F, T>;
  if (options.stop.stop_requested()) detail::throw_stopped();
  const T* const in = input.data();
  detail::Kept kept(input.size());
  std::atomic<std::size_t> failed = input.size();  // the lowest element at which keep() threw
  const auto look = [in, marks = kept.marks(), &keep, &failed](std::size_t begin, std::size_t end) {
    std::size_t i = begin;
    try {
      for (; i < end; ++i) marks[i] = static_cast<bool>(std::invoke(keep, in[i])) ? 1 : 0;
    } catch (...) {
      detail::lower(failed, i);
      throw;
    }
  };
  static thread_local constinit CostMemo keep_memo;
  std::exception_ptr keep_error;
  if (keep_memo.take_unstamped<Keep>(input.size(), options)) {
    keep_error = detail::caught([&] { look(0, input.size()); });
  } else {
    keep_error = try_range(input.size(), look, options, keep_memo, false).error;
  }
  // Below an element at which keep() threw, f() may throw as well, and would have been first.
  const std::size_t n = failed.load(std::memory_order_relaxed);
  // (Unless a stop left something out below it.)
  if (keep_error && (n == input.size() || options.stop.stop_requested())) std::rethrow_exception(keep_error);
  kept.count(n);

  ArrayBuilder<R> builder(kept.size());
  const auto work = [in, out = builder.data(), &kept, &f](std::size_t begin, std::size_t end) {
    kept.for_each_in(begin, end, out, [&](std::size_t i) -> decltype(auto) { return std::invoke(f, in[i]); });
  };
  static thread_local constinit CostMemo memo;
  const auto place_of = [&](std::size_t at) { return kept.place_of(at); };
  RangeOutcome outcome;
  if (memo.take_unstamped<F>(n, options)) {
    work(0, n);
    outcome.in_sequence = n;
  } else {
    outcome = try_range(n, work, options, memo, !std::is_trivially_destructible_v<R>);
  }
  if (!outcome.error) outcome.error = keep_error;
  if (outcome.error) detail::destroy_and_throw(builder.data(), outcome, place_of);
  builder.set_size(kept.size());
  return std::move(builder).finish();
}

template <Contiguous Range, class F>
  requires(!std::is_void_v<std::invoke_result_t<F&, const ElementOf<Range>&>>)  // for_each() is for what gives nothing
auto map_collect(Range&& input, F&& f, ParallelOptions options = {}) {
  return parallel::map_collect(std::span<const ElementOf<Range>>(input), std::forward<F>(f), std::move(options));
}
template <Contiguous Range, class F>
void for_each(Range&& elements, F&& f, ParallelOptions options = {}) {
  parallel::for_each(std::span<ElementOf<Range>>(elements), std::forward<F>(f), std::move(options));
}
template <Contiguous Range, class R, class Map, class Combine>
R reduce(Range&& input, R identity, Map&& map, Combine&& combine, ParallelOptions options = {}) {
  return parallel::reduce(std::span<const ElementOf<Range>>(input), std::move(identity), std::forward<Map>(map), std::forward<Combine>(combine),
                std::move(options));
}
template <Contiguous Range, class Keep, class F>
auto filter_collect(Range&& input, Keep&& keep, F&& f, ParallelOptions options = {}) {
  return parallel::filter_collect(std::span<const ElementOf<Range>>(input), std::forward<Keep>(keep), std::forward<F>(f), std::move(options));
}

}  // namespace millrace::parallel

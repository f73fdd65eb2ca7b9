// SPDX-License-Identifier: Apache-2.0
//
// One result for each point of a data set, in memory of exactly their size.
//
//   ExactArray<Processed> processed = process_large_dataset(std::span(points), process_point);
//
// Memory is allocated once and never grows, so that the peak is the results and nothing else: a vector that grows holds its old and
// its new memory at once, up to three times the results, and copies them over and over. On one core, in order, with no promise asked
// of f; process_data_parallel (process_data.h) is the same on all cores. What does not fit into memory at all: stream.h.
#pragma once

#include <cstddef>
#include <functional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

#include "millrace/parallel/exact_array.h"
#include "millrace/telemetry/profile.h"

namespace millrace {

// {f(points[0]), f(points[1]), …}, each built where it stays: its type needs neither a default constructor nor a move. When f throws,
// what was built is destroyed. Throws what f throws, and std::bad_alloc before f is called.
template <class P, class F>
auto process_large_dataset(std::span<const P> points, F&& f) {
  MILLRACE_PROFILE_SCOPE("process large dataset", "points", points.size());
  parallel::ArrayBuilder<std::remove_cvref_t<std::invoke_result_t<F&, const P&>>> results(points.size());
  for (const P& point : points) results.emplace_with([&]() -> decltype(auto) { return std::invoke(f, point); });
  return std::move(results).finish();
}

// Whatever is contiguous: a vector, an array, a span.
template <std::ranges::contiguous_range Points, class F>
  requires std::ranges::sized_range<Points>
auto process_large_dataset(const Points& points, F&& f) {
  return process_large_dataset(std::span<const std::ranges::range_value_t<Points>>(points), std::forward<F>(f));
}

}  // namespace millrace

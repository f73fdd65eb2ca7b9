// SPDX-License-Identifier: Apache-2.0
//
// process_data_parallel: what becomes of each point, on all cores, in the points' order.
//
//   auto results = millrace::process_data_parallel(points, [](const Point& point) { return process(point); });
//
// It is map_collect (parallel/parallel_map.h says all about cost, exceptions and stopping) as a stage of its own in a trace.
#pragma once

#include <span>
#include <utility>

#include "millrace/parallel/parallel_map.h"
#include "millrace/telemetry/profile.h"

namespace millrace {

template <class Point, class F>
parallel::ExactArray<parallel::MappedBy<F, Point>> process_data_parallel(std::span<const Point> points, F&& f, parallel::ParallelOptions options = {}) {
  MILLRACE_PROFILE_SCOPE("process data parallel", "points", points.size());
  return parallel::map_collect(points, std::forward<F>(f), std::move(options));
}
template <parallel::Contiguous Points, class F>
auto process_data_parallel(Points&& points, F&& f, parallel::ParallelOptions options = {}) {
  return process_data_parallel(std::span<const parallel::ElementOf<Points>>(points), std::forward<F>(f), std::move(options));
}

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
//
// What a profile scope costs, beside an empty loop, the two stamps that it is mostly made of, and the same with steady_clock.
//   profile_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
#undef MILLRACE_PROFILE
#define MILLRACE_PROFILE
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>

#include "millrace/telemetry/profile.h"

namespace millrace::telemetry {
namespace {

void empty_loop(benchmark::State& state) {
  std::uint64_t n = 0;
  for (auto _ : state) benchmark::DoNotOptimize(++n);
}
BENCHMARK(empty_loop);

void two_stamps(benchmark::State& state) {
  const ScopeRing& ring = ring_of_this_thread();
  for (auto _ : state) {
    const std::uint64_t begin = ring.now();
    benchmark::DoNotOptimize(ring.now() - begin);
  }
}
BENCHMARK(two_stamps);

void two_steady_clock_stamps(benchmark::State& state) {
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(std::chrono::steady_clock::now() - begin);
  }
}
BENCHMARK(two_steady_clock_stamps);

void scope(benchmark::State& state) {
  std::uint64_t n = 0;
  for (auto _ : state) {
    MILLRACE_PROFILE_SCOPE("bench");
    benchmark::DoNotOptimize(++n);
  }
}
BENCHMARK(scope);
BENCHMARK(scope)->Threads(2);

void scope_with_a_number(benchmark::State& state) {
  std::uint64_t n = 0;
  for (auto _ : state) {
    MILLRACE_PROFILE_SCOPE("bench", "rows", n);
    benchmark::DoNotOptimize(++n);
  }
}
BENCHMARK(scope_with_a_number);

}  // namespace
}  // namespace millrace::telemetry

BENCHMARK_MAIN();

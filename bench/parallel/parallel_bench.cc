// SPDX-License-Identifier: Apache-2.0
//
// map_collect, reduce and filter_collect beside the plain loop, from one element to a million: where the cut-off is, and what it costs.
// Memory by itself, too: what the first touch of a large array costs, with and without huge pages.
//   parallel_bench --benchmark_enable_random_interleaving --benchmark_repetitions=15 --benchmark_min_time=0.05
//                  --benchmark_report_aggregates_only | grep median
// Beside rayon, oneTBB, OpenMP and std::execution: bench/peers/peers.py --rows '^parallel'
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "millrace/parallel/parallel_map.h"

namespace millrace::parallel {
namespace {

constexpr auto square = [](std::uint32_t x) { return std::uint64_t{x} * x + 1; };
constexpr auto hash = [](std::uint32_t x) {
  std::uint64_t value = x;
  for (int step = 0; step < 32; ++step) value = (value ^ value >> 31) * 0x9e3779b97f4a7c15;
  return value;
};

std::vector<std::uint32_t> input_of(const benchmark::State& state) {
  std::vector<std::uint32_t> input(static_cast<std::size_t>(state.range(0)));
  std::iota(input.begin(), input.end(), 0u);
  return input;
}

template <const auto& f>
void loop(benchmark::State& state) {
  const auto input = input_of(state);
  for (auto _ : state) {
    ArrayBuilder<std::uint64_t> builder(input.size());
    const std::uint32_t* const in = input.data();
    std::uint64_t* __restrict const out = builder.data();
    for (std::size_t i = 0, n = input.size(); i < n; ++i) out[i] = f(in[i]);
    builder.set_size(input.size());
    const auto made = std::move(builder).finish();
    benchmark::DoNotOptimize(made.data());
    benchmark::ClobberMemory();
  }
}

template <const auto& f>
void map(benchmark::State& state) {
  const auto input = input_of(state);
  for (auto _ : state) {
    const auto made = map_collect(input, f);
    benchmark::DoNotOptimize(made.data());
    benchmark::ClobberMemory();
  }
}

void sum_loop(benchmark::State& state) {
  const auto input = input_of(state);
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const auto x : input) sum += hash(x);
    benchmark::DoNotOptimize(sum);
  }
}
void sum_reduce(benchmark::State& state) {
  const auto input = input_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(reduce(input, std::uint64_t{0}, hash, std::plus()));
}

constexpr auto is_kept = [](std::uint32_t x) { return (x * 2654435761u >> 16) % 2 == 0; };  // no branch guesses it
void filter_loop(benchmark::State& state) {
  const auto input = input_of(state);
  for (auto _ : state) {
    std::vector<std::uint64_t> made;
    for (const auto x : input) {
      if (is_kept(x)) made.push_back(square(x));
    }
    benchmark::DoNotOptimize(made.data());
    benchmark::ClobberMemory();
  }
}
void filter(benchmark::State& state) {
  const auto input = input_of(state);
  for (auto _ : state) {
    const auto made = filter_collect(input, is_kept, square);
    benchmark::DoNotOptimize(made.data());
    benchmark::ClobberMemory();
  }
}

// From `range(0)` MiB one byte of each page is written.
void first_touch(benchmark::State& state, bool is_advised) {
  const std::size_t bytes = static_cast<std::size_t>(state.range(0)) << 20;
  for (auto _ : state) {
    if (is_advised) {
      const RawMemory memory(bytes, 16);
      for (std::size_t at = 0; at < bytes; at += 4096) static_cast<volatile char*>(memory.data())[at] = 1;
    } else {
      void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED) return state.SkipWithError("mmap");
      for (std::size_t at = 0; at < bytes; at += 4096) static_cast<volatile char*>(memory)[at] = 1;
      munmap(memory, bytes);
    }
  }
}

BENCHMARK(loop<square>)->Arg(1)->Arg(16)->Arg(1000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK(map<square>)->Arg(1)->Arg(16)->Arg(1000)->Arg(100'000)->Arg(1'000'000)->UseRealTime();
BENCHMARK(loop<hash>)->Arg(1)->Arg(16)->Arg(256)->Arg(1500)->Arg(4000)->Arg(100'000);
BENCHMARK(map<hash>)->Arg(1)->Arg(16)->Arg(256)->Arg(1500)->Arg(4000)->Arg(100'000)->UseRealTime();
BENCHMARK(sum_loop)->Arg(16)->Arg(100'000);
BENCHMARK(sum_reduce)->Arg(16)->Arg(100'000)->UseRealTime();
BENCHMARK(filter_loop)->Arg(16)->Arg(1'000'000);
BENCHMARK(filter)->Arg(16)->Arg(1'000'000)->UseRealTime();
BENCHMARK_CAPTURE(first_touch, small_pages, false)->Arg(32)->Arg(64);
BENCHMARK_CAPTURE(first_touch, raw_memory, true)->Arg(32)->Arg(64);

}  // namespace
}  // namespace millrace::parallel

BENCHMARK_MAIN();

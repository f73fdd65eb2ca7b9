// SPDX-License-Identifier: Apache-2.0
//
// A benchmark whose speed is known, for proof.py: MILLRACE_PROBE_STEPS (1000 by default) is how much work an iteration does, so
// that 1050 is a program 5 % slower, and nothing else about it differs.
//   MILLRACE_PROBE_STEPS=1050 probe --benchmark_filter=mix
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

int steps() {
  const char* given = std::getenv("MILLRACE_PROBE_STEPS");
  return given ? std::atoi(given) : 1000;
}

// Arithmetic alone, each step waiting for the one before.
void mix(benchmark::State& state) {
  const int count = steps();
  std::uint64_t value = 1;
  for (auto _ : state) {
    for (int i = 0; i < count; ++i) {
      for (int round = 0; round < 16; ++round) value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9u;
    }
    benchmark::DoNotOptimize(value);
  }
}

// An allocation and a copy a step.
void copy(benchmark::State& state) {
  const int count = steps();
  const std::string text(200, 'x');
  for (auto _ : state) {
    for (int i = 0; i < count; ++i) {
      std::string copied = text;
      benchmark::DoNotOptimize(copied.data());
    }
  }
}

BENCHMARK(mix);
BENCHMARK(copy);

}  // namespace

BENCHMARK_MAIN();

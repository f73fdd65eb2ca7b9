// SPDX-License-Identifier: Apache-2.0
//
// Stages by element size and end: plain, and where every stage is pure, portable and with the best instructions of this
// machine. An iteration is 1,000,000 elements, half of which are kept, at random.
//   stages_bench --benchmark_filter=collect
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "millrace/parallel/in_parallel.h"
#include "millrace/parallel/stages.h"

namespace millrace::parallel {
namespace {

constexpr std::size_t elements = 1'000'000;

template <class T>
const std::vector<T>& numbers() {
  static const std::vector<T> made = [] {
    std::mt19937_64 random(1);
    std::vector<T> all(elements);
    for (T& one : all) one = static_cast<T>(static_cast<int>(random() % 101) - 50);
    return all;
  }();
  return made;
}

constexpr auto is_positive = [](auto x) { return x > 0; };
constexpr auto twice = [](auto x) { return static_cast<decltype(x)>(x * 2); };

// `source` makes the pipeline's begin of a vector, `chain` is what follows, `end` makes its end anew.
template <class T, class Source, class Chain, class End>
void measure(benchmark::State& state, Source source, Chain chain, End end) {
  const std::vector<T>& input = numbers<T>();
  for (auto _ : state) {
    auto result = source(input) | chain | end();
    benchmark::DoNotOptimize(result);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * elements));
}

template <class T, class End>
void add(const std::string& what, End end) {
  const auto plain = keep(is_positive) | map(twice);
  const auto fast = keep(pure(is_positive)) | map(pure(twice));
  const auto sequential = [](const auto& input) { return from(input); };
  const auto portable = [](const auto& input) { return from(input, Instructions::portable); };
  const auto parallel = [](const auto& input) { return in_parallel(input); };
  const auto named = [&](const char* way, auto source, auto chain) {
    benchmark::RegisterBenchmark((what + "/" + way).c_str(),
                                 [=](benchmark::State& state) { measure<T>(state, source, chain, end); });
  };
  named("plain", sequential, plain);
  named("portable", portable, fast);
  named("best", sequential, fast);
  named("in_parallel", parallel, fast);
}

const bool registered = [] {
  add<std::int32_t>("sum/int32", sum);
  add<std::int8_t>("sum/int8", sum);
  add<double>("sum/double", sum);
  add<std::int32_t>("count/int32", count);
  add<std::int32_t>("min/int32", [] { return min(); });
  add<std::int32_t>("collect/int32", collect);
  add<std::int8_t>("collect/int8", collect);
  add<std::int16_t>("collect/int16", collect);
  add<std::int64_t>("collect/int64", collect);
  return true;
}();

}  // namespace
}  // namespace millrace::parallel

BENCHMARK_MAIN();

// SPDX-License-Identifier: Apache-2.0
//
// A benchmark with Google Benchmark, for bench/analysis/bench.py to read. It improves on a run of samples in one process: `make bench`
// and `make bench-compare` alternate processes, so that a machine that drifts is no result (docs/benchmarks.md).
#include <benchmark/benchmark.h>

#include <vector>

#include "millrace/millrace.h"

struct DataPoint {
  double x, y;
};

std::vector<DataPoint> generate_test_data(int count) {
  std::vector<DataPoint> data;
  for (int i = 0; i < count; ++i) data.push_back({1.0 * i, 2.0 * i});
  return data;
}
double process_point(const DataPoint& point) { return point.x * point.x + point.y * point.y; }

void process_data(benchmark::State& state) {
  const std::vector<DataPoint> data = generate_test_data(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(millrace::process_large_dataset(data, process_point));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(process_data)->Arg(1000)->Arg(1'000'000);

void process_data_on_all_cores(benchmark::State& state) {
  const std::vector<DataPoint> data = generate_test_data(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(millrace::process_data_parallel(data, process_point));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(process_data_on_all_cores)->Arg(1000)->Arg(1'000'000)->UseRealTime();

int main(int argc, char** argv) {
  const std::vector<DataPoint> data = generate_test_data(1000);
  if (millrace::process_large_dataset(data, process_point) != millrace::process_data_parallel(data, process_point)) return 1;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

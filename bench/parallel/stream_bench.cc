// SPDX-License-Identifier: Apache-2.0
//
// A streaming job beside the plain loop, over points in memory and over the lines of a file. With MILLRACE_BENCH_COUNTS=1 it says
// how often a job allocates; the batches are counted, too.
#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <vector>

#include "millrace/base/file.h"
#include "millrace/parallel/batches_of.h"
#include "millrace/parallel/stream.h"
#include "millrace/source/lines.h"

namespace {

using namespace millrace::parallel;

std::vector<double> points() {
  std::vector<double> all(4'000'000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<double>(i * 7919 % 1000) - 500;
  return all;
}
bool is_positive(double x) { return x > 0; }
double hard(double x) {
  for (int i = 0; i < 20; ++i) x = x * 0.999 + 1 / (x + 2);
  return x;
}

void loop_over_points(benchmark::State& state) {
  const std::vector<double> all = points();
  for (auto _ : state) {
    double sum = 0;
    for (const double x : all) {
      if (is_positive(x)) sum += hard(x);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
}
BENCHMARK(loop_over_points)->Unit(benchmark::kMillisecond)->UseRealTime();

void stream_over_points(benchmark::State& state) {
  const std::vector<double> all = points();
  std::uint64_t batches = 0;
  for (auto _ : state) {
    const auto total = stream(batches_of(all, static_cast<std::size_t>(state.range(0)))) | keep(is_positive) | map(hard) | sum();
    benchmark::DoNotOptimize(total.value);
    batches += total.batches;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
  state.counters["batches"] = benchmark::Counter(static_cast<double>(batches), benchmark::Counter::kAvgIterations);
}
BENCHMARK(stream_over_points)->Arg(1024)->Arg(4096)->Arg(16'384)->Arg(65'536)->Unit(benchmark::kMillisecond)->UseRealTime();

// 64 MB of lines as of a log, in a file.
struct LinesFile {
  LinesFile() {
    std::string text;
    for (int i = 0; text.size() < 64'000'000; ++i) text += "2026-11-25T12:00:00Z sensor-" + std::to_string(i % 97) + " celsius=" + std::to_string(i % 50) + ".5\n";
    bytes = text.size();
    std::ofstream(path) << text;
  }
  millrace::TempFolder folder;
  std::string path = folder.file("lines");
  std::size_t bytes = 0;
};
const LinesFile& lines_file() {
  static const LinesFile file;
  return file;
}
bool is_hot(std::string_view line) { return line.find("celsius=4") != std::string_view::npos; }
std::size_t size_of(std::string_view line) { return line.size(); }

void loop_over_lines(benchmark::State& state) {
  const LinesFile& file = lines_file();
  for (auto _ : state) {
    std::ifstream in(file.path);
    std::size_t sum = 0;
    for (std::string line; std::getline(in, line);) {
      if (is_hot(line)) sum += size_of(line);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(file.bytes));
}
BENCHMARK(loop_over_lines)->Unit(benchmark::kMillisecond)->UseRealTime();

void loop_over_batches_of_lines(benchmark::State& state) {
  const LinesFile& file = lines_file();
  for (auto _ : state) {
    auto lines = millrace::source::read_lines(file.path);
    std::size_t sum = 0;
    for (auto batch = lines->next(); batch && *batch; batch = lines->next()) {
      (*batch)->in_pieces([&](std::span<const std::string_view> piece) {
        for (const std::string_view line : piece) {
          if (is_hot(line)) sum += size_of(line);
        }
      });
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(file.bytes));
}
BENCHMARK(loop_over_batches_of_lines)->Unit(benchmark::kMillisecond)->UseRealTime();

void stream_over_lines(benchmark::State& state) {
  const LinesFile& file = lines_file();
  std::uint64_t batches = 0;
  for (auto _ : state) {
    auto lines = millrace::source::read_lines(file.path, {.batch_bytes = static_cast<std::size_t>(state.range(0)) << 10});
    const auto total = stream(*lines) | keep(is_hot) | map(size_of) | sum();
    benchmark::DoNotOptimize(total.value);
    batches += total.batches;
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(file.bytes));
  state.counters["batches"] = benchmark::Counter(static_cast<double>(batches), benchmark::Counter::kAvgIterations);
}
BENCHMARK(stream_over_lines)->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Arg(1024)->Unit(benchmark::kMillisecond)->UseRealTime();

// The results themselves in the sink: views, in buffers that are used again.
void stream_of_lines_to_a_sink(benchmark::State& state) {
  const LinesFile& file = lines_file();
  std::uint64_t batches = 0;
  for (auto _ : state) {
    auto lines = millrace::source::read_lines(file.path);
    std::size_t bytes = 0;
    const StreamDone done = stream(*lines) | keep(is_hot) | to([&](std::span<std::string_view> some) {
                              for (const std::string_view line : some) bytes += line.size();
                            });
    benchmark::DoNotOptimize(bytes);
    batches += done.batches;
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(file.bytes));
  state.counters["batches"] = benchmark::Counter(static_cast<double>(batches), benchmark::Counter::kAvgIterations);
}
BENCHMARK(stream_of_lines_to_a_sink)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();

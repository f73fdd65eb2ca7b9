// SPDX-License-Identifier: Apache-2.0
//
// What counting costs, beside prometheus-cpp and a plain atomic in the same run: one thread, and two on the same metric.
// The column CPU is the time that an operation takes from the thread that does it, contention included; with two threads
// the column Time is half of that.
//   metrics_bench --benchmark_enable_random_interleaving --benchmark_repetitions=15 --benchmark_min_time=0.1
//                 --benchmark_report_aggregates_only | grep median | sort
//   MILLRACE_ALL_SLOTS=1 metrics_bench --benchmark_filter=scrape_millrace
#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/telemetry/exposition.h"
#include "millrace/telemetry/registry.h"

namespace millrace::telemetry {
namespace {

constexpr std::size_t values_size = 1024;  // a power of two

// Observed values over all buckets, so that no branch is guessed right by habit.
const std::array<double, values_size>& durations() {
  static const std::array<double, values_size> values = [] {
    std::array<double, values_size> made{};
    std::uint64_t state = 1;
    for (double& value : made) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      value =
          seconds_bounds.values[(state >> 33) % seconds_bounds.size] * (0.6 + static_cast<double>((state >> 40) % 64) / 80);
    }
    return made;
  }();
  return values;
}

Registry& registry() {
  static Registry made;
  return made;
}

// An iteration is an operation on a metric that all threads of the benchmark share; the memory it writes is never kept in a
// register.
template <typename Operation>
void repeat(benchmark::State& state, Operation operation) {
  while (state.KeepRunningBatch(values_size)) {
    for (std::size_t i = 0; i < values_size; ++i) {
      operation(i);
      benchmark::ClobberMemory();
    }
  }
}

void counter_millrace(benchmark::State& state) {
  const Counter counter = registry().counter({"bench_things_total", "Things."});
  repeat(state, [&](std::size_t) { counter.add(); });
}
void counter_atomic(benchmark::State& state) {
  static std::atomic<std::uint64_t> counter;
  repeat(state, [&](std::size_t) { counter.fetch_add(1, std::memory_order_relaxed); });
}
// A number that one thread alone writes: the limit under any counter that another thread may read.
void counter_slot(benchmark::State& state) {
  thread_local std::atomic<std::uint64_t> slot;
  repeat(state, [&](std::size_t) { slot.store(slot.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); });
}
void counter_prometheus_cpp(benchmark::State& state) {
  static prometheus::Counter counter;
  repeat(state, [&](std::size_t) { counter.Increment(); });
}

void gauge_millrace(benchmark::State& state) {
  const Gauge gauge = registry().gauge({"bench_level", "A level."});
  repeat(state, [&](std::size_t i) { gauge.set(durations()[i]); });
}
void gauge_prometheus_cpp(benchmark::State& state) {
  static prometheus::Gauge gauge;
  repeat(state, [&](std::size_t i) { gauge.Set(durations()[i]); });
}

void histogram_millrace(benchmark::State& state) {
  const Histogram histogram = registry().histogram({"bench_seconds", "Times.", seconds_bounds});
  const std::array<double, values_size>& values = durations();
  repeat(state, [&](std::size_t i) { histogram.observe(values[i]); });
}
void histogram_prometheus_cpp(benchmark::State& state) {
  static prometheus::Histogram histogram({seconds_bounds.begin(), seconds_bounds.end()});
  const std::array<double, values_size>& values = durations();
  repeat(state, [&](std::size_t i) { histogram.Observe(values[i]); });
}
void exemplar_millrace(benchmark::State& state) {
  const Histogram histogram = registry().histogram({"bench_traced_seconds", "Times.", seconds_bounds});
  const TraceContext trace = TraceContext::random();
  const std::array<double, values_size>& values = durations();
  repeat(state, [&](std::size_t i) { histogram.observe(values[i], trace); });
}

// 500 series: 90 counters, 68 gauges and 18 histograms of 16 bounds (a bucket each, +Inf, _sum and _count: 19).
constexpr int counters = 90, gauges = 68, histograms = 18;
static_assert(counters + gauges + histograms * (static_cast<int>(seconds_bounds.size) + 3) == 500);

std::string label(int i) { return std::string("value-").append(std::to_string(i)); }

// Calls `count` on one thread; with MILLRACE_ALL_SLOTS in the environment on as many at once as there are slots, each of
// which a scrape then has to read.
template <typename Count>
std::size_t count_on_threads(Count count) {
  const std::size_t threads = std::getenv("MILLRACE_ALL_SLOTS") == nullptr ? 1 : detail::slot_count - 1;
  std::barrier all_alive(static_cast<std::ptrdiff_t>(threads));
  std::vector<std::jthread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      count();
      all_alive.arrive_and_wait();
    });
  }
  return threads;
}

void scrape_millrace(benchmark::State& state, Exposition exposition) {
  Registry scraped;
  const auto counts = scraped.counters({"scraped_things_total", "Things.", {"which"}, 500});
  const auto levels = scraped.gauges({"scraped_level", "A level.", {"which"}, 500});
  const auto times = scraped.histograms({"scraped_seconds", "Times.", seconds_bounds, {"which"}, 500});
  for (int i = 0; i < gauges; ++i) levels.with({label(i)}).set(i * 1.25);
  const std::size_t threads = count_on_threads([&] {
    for (int i = 0; i < counters; ++i) counts.with({label(i)}).add(1000 + i);
    for (int i = 0; i < histograms; ++i) {
      for (const double value : durations()) times.with({label(i)}).observe(value);
    }
  });
  std::string text;
  for (auto _ : state) {
    text.clear();
    write_metrics(scraped, exposition, text);
    benchmark::DoNotOptimize(text.data());
  }
  MILLRACE_ASSERT(
      text.contains("scraped_seconds_count{which=\"value-17\"} " + std::to_string(threads * values_size) + "\n"));
  state.counters["bytes"] = static_cast<double>(text.size());
  state.counters["slots"] = static_cast<double>(detail::slots_used());
}

void scrape_prometheus_cpp(benchmark::State& state) {
  prometheus::Registry scraped;
  auto& counts = prometheus::BuildCounter().Name("scraped_things_total").Help("Things.").Register(scraped);
  auto& levels = prometheus::BuildGauge().Name("scraped_level").Help("A level.").Register(scraped);
  auto& times = prometheus::BuildHistogram().Name("scraped_seconds").Help("Times.").Register(scraped);
  const std::vector<double> bounds(seconds_bounds.begin(), seconds_bounds.end());
  for (int i = 0; i < counters; ++i) counts.Add({{"which", label(i)}}).Increment(1000 + i);
  for (int i = 0; i < gauges; ++i) levels.Add({{"which", label(i)}}).Set(i * 1.25);
  for (int i = 0; i < histograms; ++i) {
    for (const double value : durations()) times.Add({{"which", label(i)}}, bounds).Observe(value);
  }
  const prometheus::TextSerializer serializer;
  std::string text;
  for (auto _ : state) {
    text = serializer.Serialize(scraped.Collect());
    benchmark::DoNotOptimize(text.data());
  }
  MILLRACE_ASSERT(text.contains("scraped_seconds_count{which=\"value-17\"} 1024\n"));
  state.counters["bytes"] = static_cast<double>(text.size());
}

#define MILLRACE_ONE_AND_TWO_THREADS(name) BENCHMARK(name)->Threads(1)->Threads(2)
MILLRACE_ONE_AND_TWO_THREADS(counter_millrace);
MILLRACE_ONE_AND_TWO_THREADS(counter_atomic);
MILLRACE_ONE_AND_TWO_THREADS(counter_slot);
MILLRACE_ONE_AND_TWO_THREADS(counter_prometheus_cpp);
MILLRACE_ONE_AND_TWO_THREADS(gauge_millrace);
MILLRACE_ONE_AND_TWO_THREADS(gauge_prometheus_cpp);
MILLRACE_ONE_AND_TWO_THREADS(histogram_millrace);
MILLRACE_ONE_AND_TWO_THREADS(histogram_prometheus_cpp);
MILLRACE_ONE_AND_TWO_THREADS(exemplar_millrace);
BENCHMARK_CAPTURE(scrape_millrace, prometheus_text, Exposition::prometheus_text)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(scrape_millrace, openmetrics_text, Exposition::openmetrics_text)->Unit(benchmark::kMicrosecond);
BENCHMARK(scrape_prometheus_cpp)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace millrace::telemetry

BENCHMARK_MAIN();

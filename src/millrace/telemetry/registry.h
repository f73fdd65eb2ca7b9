// SPDX-License-Identifier: Apache-2.0
//
// A Registry holds metrics by name. A program has one, Registry::global(); a test makes its own.
//
//   Registry& registry = Registry::global();
//   const Counter retries = registry.counter({"millrace_store_retries_total", "Requests sent again."});
//   const Gauge queue = registry.gauge({"millrace_queue_bytes", "Bytes that wait for a store."});
//   const ScrapeHook hook = registry.before_scrape([&] { queue.set(batcher.bytes()); });
//   write_metrics(registry, Exposition::prometheus_text, text);   // exposition.h
//
// The same info again gives the same metric, so that two places may count into one. Another kind, help, labels or bounds under a
// name that is taken is an assertion; so are names that OpenMetrics would take for the same (`a` and `a_total`).
//
// Threads: any. Memory: a metric lives as long as its registry.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "millrace/telemetry/metric_info.h"
#include "millrace/telemetry/metrics.h"

namespace millrace::telemetry {

namespace detail {
class MetricFamilies;
}

// Removes its function from the registry at its end. Must not outlive the registry.
class [[nodiscard]] ScrapeHook {
 public:
  ScrapeHook() = default;
  ScrapeHook(ScrapeHook&& other) noexcept : families_(std::exchange(other.families_, nullptr)), id_(other.id_) {}
  ScrapeHook& operator=(ScrapeHook&& other) noexcept;
  ~ScrapeHook() { remove(); }
  // After this the function is not running and will not be called.
  void remove() noexcept;
  // Leaves the function in place as long as the registry lives.
  void keep() noexcept { families_ = nullptr; }

 private:
  friend class Registry;
  ScrapeHook(detail::MetricFamilies* families, std::size_t id) : families_(families), id_(id) {}
  detail::MetricFamilies* families_ = nullptr;
  std::size_t id_ = 0;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  // Never destroyed, so that handles are good in every thread and destructor.
  static Registry& global();

  // Metrics without labels.
  Counter counter(const CounterInfo& info);
  Total total(const CounterInfo& info);
  Gauge gauge(const GaugeInfo& info);
  Histogram histogram(const HistogramInfo& info);
  // Metrics with labels.
  Family<Counter> counters(const CounterInfo& info);
  Family<Gauge> gauges(const GaugeInfo& info);
  Family<Histogram> histograms(const HistogramInfo& info);

  // `read` is called before each scrape, for what is read rather than counted; one call at a time. It may set and register metrics;
  // it may neither scrape nor add or remove hooks.
  ScrapeHook before_scrape(std::function<void()> read);

  detail::MetricFamilies& families() const { return *families_; }  // for exposition.cc

 private:
  std::unique_ptr<detail::MetricFamilies> families_;
};

// The process's own, read at each scrape: process_resident_memory_bytes, process_virtual_memory_bytes, process_cpu_seconds_total,
// process_open_fds, process_max_fds, process_start_time_seconds; and millrace_build_info{version,revision,compiler,build_type},
// always 1 (without revision where the build was not given one).
void add_process_metrics(Registry& registry);

}  // namespace millrace::telemetry

// SPDX-License-Identifier: Apache-2.0
//
// What a registry holds: families by name, children by their label values.
//
//   MetricFamily& family = families.family(Kind::counter, info, nullptr);
//   Counter child = family.handle<Counter>(family.child({"duplicate"}));
//
// Threads: any; one mutex for the families, one for each family's children, one for the hooks, locked in that order if at all.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "millrace/base/clock.h"
#include "millrace/telemetry/exemplar.h"
#include "millrace/telemetry/metric_info.h"
#include "millrace/telemetry/metrics.h"
#include "millrace/telemetry/slots.h"

namespace millrace::telemetry::detail {

enum class Kind : std::uint8_t { counter, total, gauge, histogram };

// The counter of what a full family did not take.
inline constexpr CounterInfo dropped_info{
    "millrace_metrics_label_sets_dropped_total",
    "Look-ups of a new set of label values that a full family answered with its child 'other'.",
    {"metric"},
    ~std::size_t{0}};

struct MetricChild {
  std::string labels;                     // reason="duplicate",table="post": escaped; empty values are left out
  Timestamp created;                      // of a counter or a histogram
  std::byte* cells = nullptr;             // of a counter or a histogram
  alignas(64) std::atomic<double> value;  // of a gauge or a total; a line of its own, as others may write its neighbours
  std::unique_ptr<Exemplar[]> exemplars;  // of a histogram, one for each bucket
};

class MetricFamilies;

class MetricFamily {
 public:
  MetricFamily(Kind kind, const MetricInfo& info, const Bounds* bounds, MetricFamilies& families);

  bool is_same(Kind kind, const MetricInfo& info, const Bounds* bounds) const;
  MetricChild& child(std::span<const std::string_view> values);
  template <typename Metric>
  Metric handle(MetricChild& child) const;

  Kind kind() const { return kind_; }
  const MetricInfo& info() const { return info_; }
  const std::string& help() const { return help_; }
  // Of a histogram: as given, without +Inf.
  std::span<const double> bounds() const { return {bounds_.data(), bounds_size_}; }
  // In the order of their label values, under the lock.
  void for_each_child(const std::function<void(MetricChild&)>& read);

 private:
  MetricChild& add_child(std::span<const std::string_view> values);

  const Kind kind_;
  const MetricInfo info_;
  const std::string help_;  // UTF-8
  alignas(16) std::array<double, bounds_max> bounds_;
  std::size_t bounds_size_ = 0;
  MetricFamilies& families_;

  std::mutex mutex_;  // guards all below
  std::map<std::string, std::unique_ptr<MetricChild>, std::less<>> children_;  // by their values, a NUL behind each
  std::string key_;   // of the look-up under way, kept for its memory
};

template <> Counter MetricFamily::handle(MetricChild& child) const;
template <> Total MetricFamily::handle(MetricChild& child) const;
template <> Gauge MetricFamily::handle(MetricChild& child) const;
template <> Histogram MetricFamily::handle(MetricChild& child) const;

class MetricFamilies {
 public:
  // The family of that name, made when there is none.
  MetricFamily& family(Kind kind, const MetricInfo& info, const Bounds* bounds);
  // Sorted by name, under the lock.
  void for_each(const std::function<void(MetricFamily&)>& read);

  std::size_t add_hook(std::function<void()> hook);
  void remove_hook(std::size_t id);
  void run_hooks();

  SlotArena& arena() { return arena_; }

 private:
  SlotArena arena_;
  std::mutex mutex_;  // guards families_
  std::map<std::string, std::unique_ptr<MetricFamily>, std::less<>> families_;  // by the name in OpenMetrics, without _total
  std::mutex hooks_mutex_;  // guards all below
  std::map<std::size_t, std::function<void()>> hooks_;
  std::size_t next_hook_ = 0;
};

// Without a counter's _total.
std::string_view openmetrics_name(const MetricFamily& family);

}  // namespace millrace::telemetry::detail

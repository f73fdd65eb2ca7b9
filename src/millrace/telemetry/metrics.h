// SPDX-License-Identifier: Apache-2.0
//
// The handles by which a program counts. A handle is a pointer or four: take it once from the Registry, keep it, copy it.
//
//   const Counter written = registry.counter({"millrace_records_written_total", "Records that a store has."});
//   written.add(batch.size());
//
//   const auto rejected = registry.counters({"millrace_records_rejected_total", "Records that were rejected.", {"reason"}});
//   const Counter duplicate = rejected.with({"duplicate"});   // takes a lock and looks up: once, not per record
//
//   const Histogram commit = registry.histogram({"millrace_store_commit_seconds", "Time of one commit.", seconds_bounds});
//   commit.observe(0.0042);
//   commit.observe(0.0042, trace);   // leaves the trace's id behind as the bucket's exemplar
//
// Threads: any, at once; not in signal handlers. A counter and a histogram write into a slot of the calling thread (slots.h):
// no locked instruction, nothing shared. A gauge is one atomic number.
// Memory: valid as long as the registry; Registry::global() is never destroyed.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "millrace/telemetry/slots.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::telemetry {

class Registry;

namespace detail {
class MetricFamily;
struct Exemplar;

void add_shared(std::byte* cells, std::uint64_t n) noexcept;
void observe_shared(std::byte* cells, std::size_t bucket, double value) noexcept;

// How many bounds `value` is above: its bucket. Without a branch, two bounds at a time; `size` is a multiple of four.
// For some 16 bounds that is faster than halving, whose branches are guessed wrong.
inline std::size_t bucket_of(const double* bounds, std::size_t size, double value) noexcept {
  using Pair [[gnu::vector_size(16)]] = double;
  using PairOfMasks [[gnu::vector_size(16)]] = long long;
  const Pair values = {value, value};
  PairOfMasks above_even = {};
  PairOfMasks above_odd = {};
  for (std::size_t i = 0; i < size; i += 4) {
    Pair even;
    Pair odd;
    std::memcpy(&even, bounds + i, sizeof even);
    std::memcpy(&odd, bounds + i + 2, sizeof odd);
    above_even -= values > even;  // a mask is -1 where it holds
    above_odd -= values > odd;
  }
  const PairOfMasks above = above_even + above_odd;
  return static_cast<std::size_t>(above[0] + above[1]);
}
}  // namespace detail

class Counter {
 public:
  void add(std::uint64_t n = 1) const noexcept {
    const std::size_t offset = detail::slot_offset;
    if (offset == 0) [[unlikely]] return detail::add_shared(cells_, n);
    detail::add_own(cells_ + offset, n);
  }

 private:
  friend class detail::MetricFamily;
  explicit Counter(std::byte* cells) : cells_(cells) {}
  std::byte* cells_;
};

class Gauge {
 public:
  void set(double value) const noexcept { value_->store(value, std::memory_order_relaxed); }
  void add(double value) const noexcept { value_->fetch_add(value, std::memory_order_relaxed); }

 private:
  friend class detail::MetricFamily;
  explicit Gauge(std::atomic<double>* value) : value_(value) {}
  std::atomic<double>* value_;
};

// A counter whose value is read somewhere else, not counted here: the CPU seconds of the process.
class Total {
 public:
  // Never less than what was set before.
  void set(double value) const noexcept { value_->store(value, std::memory_order_relaxed); }

 private:
  friend class detail::MetricFamily;
  explicit Total(std::atomic<double>* value) : value_(value) {}
  std::atomic<double>* value_;
};

// What is below zero, or not a number, is observed as 0, so that the sum never falls.
class Histogram {
 public:
  void observe(double value) const noexcept {
    value = value > 0 ? value : 0;
    const std::size_t bucket = detail::bucket_of(bounds_, bounds_size_, value);
    const std::size_t offset = detail::slot_offset;
    if (offset == 0) [[unlikely]] return detail::observe_shared(cells_, bucket, value);
    detail::add_own(cells_ + offset, value);
    detail::add_own(cells_ + offset + 8 + 8 * bucket, std::uint64_t{1});
  }
  // Also leaves the trace's id, the value and the time as the bucket's exemplar, unless another thread is just doing so; reads the
  // clock, so for commits and requests, not for records. A trace id of zeros leaves none.
  void observe(double value, const TraceContext& trace) const noexcept;

 private:
  friend class detail::MetricFamily;
  Histogram(std::byte* cells, const double* bounds, std::size_t bounds_size, detail::Exemplar* exemplars)
      : cells_(cells), bounds_(bounds), bounds_size_(bounds_size), exemplars_(exemplars) {}
  std::byte* cells_;      // the sum, then a count for each bucket
  const double* bounds_;  // padded with infinities to a multiple of four
  std::size_t bounds_size_;
  detail::Exemplar* exemplars_;  // one for each bucket
};

// The children of a metric that has labels, one for each set of values.
template <typename Metric>
class Family {
 public:
  // As many values as the metric has labels, in their order; bytes that are not UTF-8, and NUL, become U+FFFD. The same
  // values give the same child. A family that is full (`children_max` of its info) answers with the child whose values are
  // all "other", and counts that in millrace_metrics_label_sets_dropped_total{metric}.
  Metric with(std::initializer_list<std::string_view> values) const;

 private:
  friend class Registry;
  explicit Family(detail::MetricFamily* family) : family_(family) {}
  detail::MetricFamily* family_;
};

template <> Counter Family<Counter>::with(std::initializer_list<std::string_view> values) const;
template <> Gauge Family<Gauge>::with(std::initializer_list<std::string_view> values) const;
template <> Histogram Family<Histogram>::with(std::initializer_list<std::string_view> values) const;

}  // namespace millrace::telemetry

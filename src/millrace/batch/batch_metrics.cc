// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batch_metrics.h"

#include <chrono>

#include "millrace/telemetry/registry.h"
#include "millrace/telemetry/stage.h"

namespace millrace::batch {
namespace {

using namespace telemetry;

constexpr HistogramInfo commit_info{"millrace_store_commit_seconds", "Time from sending a request to its durable answer, failures apart.",
                                    seconds_bounds};
constexpr CounterInfo retries_info{"millrace_store_retries_total", "Batches sent again, by why.", {"reason"}};
constexpr HistogramInfo records_info{"millrace_batch_records", "Records in a request.", count_bounds};
constexpr GaugeInfo records_limit_info{"millrace_batch_records_limit",
                                       "Records that a request may have when it is sent for the first time."};
constexpr GaugeInfo transaction_limit_info{"millrace_transaction_records_limit",
                                           "Records that a transaction may have when it is sent for the first time."};
constexpr GaugeInfo in_flight_info{"millrace_requests_in_flight", "Requests that the store has not answered yet."};
constexpr GaugeInfo in_flight_limit_info{"millrace_requests_in_flight_limit", "Requests that may be in flight at once."};
constexpr GaugeInfo queue_info{"millrace_queue_records", "Decoded records that wait to be sent for the first time."};

struct Handles {
  Registry& registry = Registry::global();
  Histogram commit_seconds = registry.histogram(commit_info);
  Family<Counter> retries = registry.counters(retries_info);
  Histogram batch_records = registry.histogram(records_info);
  Gauge batch_records_limit = registry.gauge(records_limit_info);
  Gauge transaction_records_limit = registry.gauge(transaction_limit_info);
  Gauge in_flight = registry.gauge(in_flight_info);
  Gauge in_flight_limit = registry.gauge(in_flight_limit_info);
  Gauge queue_records = registry.gauge(queue_info);
  StageMetrics stage = StageMetrics::of(Stage::commit);

  Handles() {
    // What may be sent again: a rate needs the nought before the first.
    for (const Code code : {Code::conflict, Code::overloaded, Code::unavailable, Code::unknown_outcome}) retries.with({to_string(code)});
  }
};

const Handles& handles() {
  static const Handles all;
  return all;
}

}  // namespace

void BatchMetrics::add_to_registry() { handles(); }

telemetry::Gauge BatchMetrics::queue_records() { return handles().queue_records; }

void BatchMetrics::queued(std::size_t records) {
  if (records == queued_) return;
  handles().queue_records.add(static_cast<double>(records) - static_cast<double>(queued_));
  queued_ = records;
}

void BatchMetrics::allowed(std::size_t rows, std::size_t rows_per_transaction, std::size_t in_flight) {
  const Handles& metrics = handles();
  metrics.batch_records_limit.set(static_cast<double>(rows));
  metrics.transaction_records_limit.set(static_cast<double>(rows_per_transaction));
  metrics.in_flight_limit.set(static_cast<double>(in_flight));
}

void BatchMetrics::sent(const Sample& sample) {
  const Handles& metrics = handles();
  metrics.batch_records.observe(static_cast<double>(sample.rows));
  metrics.in_flight.add(1);
  metrics.stage.active.add(1);
}

void BatchMetrics::landed(const Sample& sample, bool was_answered) {
  const Handles& metrics = handles();
  const std::chrono::duration<double> seconds = sample.ended - sample.started;
  if (was_answered) metrics.commit_seconds.observe(seconds.count(), trace_);
  metrics.stage.seconds.observe(seconds.count());
  metrics.in_flight.add(-1);
  metrics.stage.active.add(-1);
}

void BatchMetrics::retried(Code reason) { handles().retries.with({to_string(reason)}).add(); }

}  // namespace millrace::batch

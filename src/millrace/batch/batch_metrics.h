// SPDX-License-Identifier: Apache-2.0
//
// What a Batcher shows of itself in Registry::global() (docs/operations.md has the names).
// Batchers side by side add up; of their limits the last one's are seen. Threads: one for each.
#pragma once

#include <cstddef>

#include "millrace/base/result.h"
#include "millrace/batch/controller.h"
#include "millrace/telemetry/metrics.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::batch {

class BatchMetrics {
 public:
  explicit BatchMetrics(const telemetry::TraceContext& trace) : trace_(trace) {}
  ~BatchMetrics() { queued(0); }
  BatchMetrics(const BatchMetrics&) = delete;
  BatchMetrics& operator=(const BatchMetrics&) = delete;

  void queued(std::size_t records);  // that wait for their first sending, now
  // What is sent for the first time may have so much.
  void allowed(std::size_t rows, std::size_t rows_per_transaction, std::size_t in_flight);
  void sent(const Sample& sample);                       // a request
  void landed(const Sample& sample, bool was_answered);  // the store's answer, or that there is none, was taken
  void retried(Code reason);                             // records are sent again

  // millrace_queue_records, for who has records that no Batcher has yet: to be added to.
  static telemetry::Gauge queue_records();
  // All of them at nought, so that a scrape sees them before anything is sent.
  static void add_to_registry();

 private:
  const telemetry::TraceContext trace_;  // of the job: exemplars lead to it
  std::size_t queued_ = 0;
};

}  // namespace millrace::batch

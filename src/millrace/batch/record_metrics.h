// SPDX-License-Identifier: Apache-2.0
//
// What becomes of records, counted in Registry::global() by whoever gives them their outcome: jobs and the gateway
// (docs/operations.md has the names). Threads: any.
#pragma once

#include <utility>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/telemetry/registry.h"

namespace millrace::batch {

struct RecordMetrics {
  // Registered with the first call.
  static const RecordMetrics& global();

  // A record is read when it is settled: the sum of the four others.
  telemetry::Counter read;
  telemetry::Counter written;
  telemetry::Counter skipped;
  telemetry::Counter filtered;
  telemetry::Counter bytes_read;
  telemetry::Gauge queue_bytes;
  telemetry::Gauge queue_bytes_limit;
  telemetry::Gauge store_up;

  void rejected(Code reason) const;

 private:
  explicit RecordMetrics(telemetry::Registry& registry);
  telemetry::Family<telemetry::Counter> rejected_;
  std::vector<std::pair<Code, telemetry::Counter>> usual_reasons_;  // resolved once: rejects come a record at a time
};

}  // namespace millrace::batch

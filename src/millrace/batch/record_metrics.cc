// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/record_metrics.h"

namespace millrace::batch {
namespace {

using namespace telemetry;

constexpr CounterInfo read_info{"millrace_records_read_total", "Records read and settled: the sum of written, rejected, skipped and filtered."};
constexpr CounterInfo written_info{"millrace_records_written_total", "Records that the store has, durably."};
constexpr CounterInfo skipped_info{"millrace_records_skipped_total",
                                   "Records whose id was taken: with --on-duplicate skip, or by the same record, created again."};
constexpr CounterInfo filtered_info{"millrace_records_filtered_total", "Records that the query left out."};
constexpr CounterInfo rejected_info{"millrace_records_rejected_total", "Records rejected, by why.", {"reason"}};
constexpr CounterInfo bytes_info{"millrace_bytes_read_total", "Bytes of uncompressed input read."};
constexpr GaugeInfo queue_info{"millrace_queue_bytes", "Memory held by input on its way, from the read to the last outcome."};
constexpr GaugeInfo queue_limit_info{"millrace_queue_bytes_limit",
                                     "Memory that input on its way may hold: at the limit, reading waits, and requests are turned away."};
constexpr GaugeInfo store_info{"millrace_store_up", "1 while the store answers, 0 while it is waited for."};

}  // namespace

RecordMetrics::RecordMetrics(Registry& registry)
    : read(registry.counter(read_info)),
      written(registry.counter(written_info)),
      skipped(registry.counter(skipped_info)),
      filtered(registry.counter(filtered_info)),
      bytes_read(registry.counter(bytes_info)),
      queue_bytes(registry.gauge(queue_info)),
      queue_bytes_limit(registry.gauge(queue_limit_info)),
      store_up(registry.gauge(store_info)),
      rejected_(registry.counters(rejected_info)) {
  // What records are rejected for as a rule: an alert on growth needs the nought before the first.
  for (const Code code : {Code::invalid_json, Code::invalid_record, Code::invalid_id, Code::duplicate, Code::too_large, Code::refused,
                          Code::forbidden, Code::conflict}) {
    usual_reasons_.emplace_back(code, rejected_.with({to_string(code)}));
  }
}

const RecordMetrics& RecordMetrics::global() {
  static const RecordMetrics metrics(Registry::global());
  return metrics;
}

void RecordMetrics::rejected(Code reason) const {
  for (const auto& [code, counter] : usual_reasons_) {
    if (code == reason) return counter.add();
  }
  rejected_.with({to_string(reason)}).add();
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load_metrics.h"

#include <array>
#include <utility>
#include <vector>

#include "millrace/batch/batch_metrics.h"
#include "millrace/pipeline/piece_budget.h"
#include "millrace/telemetry/stage.h"

namespace millrace::pipeline {
namespace {

using namespace telemetry;

constexpr CounterInfo read_info{"millrace_records_read_total", "Records read and settled: the sum of written, rejected, skipped and filtered."};
constexpr CounterInfo written_info{"millrace_records_written_total", "Records that the store has, durably."};
constexpr CounterInfo skipped_info{"millrace_records_skipped_total", "Records whose id was taken, with --on-duplicate skip."};
constexpr CounterInfo filtered_info{"millrace_records_filtered_total", "Records that the query left out."};
constexpr CounterInfo rejected_info{"millrace_records_rejected_total", "Records rejected, by why.", {"reason"}};
constexpr CounterInfo bytes_info{"millrace_bytes_read_total", "Bytes of uncompressed input read."};
constexpr GaugeInfo queue_info{"millrace_queue_bytes", "Memory held by input on its way, from the read to the last outcome."};
constexpr GaugeInfo queue_limit_info{"millrace_queue_bytes_limit", "Memory that input on its way may hold: at the limit, reading waits."};
constexpr GaugeInfo limited_info{"millrace_limited_by", "1 for what keeps batches from being larger or more, as the report says.", {"limit"}};
constexpr GaugeInfo store_info{"millrace_store_up", "1 while the store answers, 0 while it is waited for."};

// Words of Report::limited_by() while a job runs.
constexpr std::array<std::string_view, 6> limits{"latency", "bytes", "knee", "conflicts", "input", "fixed"};

struct Handles {
  Registry& registry = Registry::global();
  Counter read = registry.counter(read_info);
  Counter written = registry.counter(written_info);
  Counter skipped = registry.counter(skipped_info);
  Counter filtered = registry.counter(filtered_info);
  Family<Counter> rejected = registry.counters(rejected_info);
  Counter bytes_read = registry.counter(bytes_info);
  Gauge queue_bytes = registry.gauge(queue_info);
  Gauge queue_bytes_limit = registry.gauge(queue_limit_info);
  Family<Gauge> limited_by = registry.gauges(limited_info);
  Gauge store_up = registry.gauge(store_info);
  std::vector<std::pair<Code, Counter>> usual_reasons;  // resolved once: rejects come a record at a time

  Handles() {
    // What records are rejected for as a rule: an alert on growth needs the nought before the first.
    for (const Code code : {Code::invalid_json, Code::invalid_record, Code::invalid_id, Code::duplicate, Code::too_large, Code::refused,
                            Code::forbidden, Code::conflict}) {
      usual_reasons.emplace_back(code, rejected.with({to_string(code)}));
    }
  }
};

const Handles& handles() {
  static const Handles all;
  return all;
}

}  // namespace

LoadMetrics::LoadMetrics(const PieceBudget& budget) {
  const Handles& metrics = handles();
  metrics.queue_bytes_limit.set(static_cast<double>(budget.bytes_max()));
  read_queue_ = metrics.registry.before_scrape([&budget, bytes = metrics.queue_bytes] { bytes.set(static_cast<double>(budget.held())); });
}

LoadMetrics::~LoadMetrics() {
  read_queue_.remove();
  handles().queue_bytes.set(0);
}

void LoadMetrics::counted(const Counts& counts) {
  const Handles& metrics = handles();
  const Counts before = std::exchange(counted_, counts);
  metrics.bytes_read.add(counts.bytes_read - before.bytes_read);
  if (counts.records_read() == before.records_read()) return;
  metrics.read.add(counts.records_read() - before.records_read());
  metrics.written.add(counts.records_written - before.records_written);
  metrics.skipped.add(counts.records_skipped - before.records_skipped);
  metrics.filtered.add(counts.records_filtered - before.records_filtered);
}

void LoadMetrics::rejected(Code reason) {
  for (const auto& [code, counter] : handles().usual_reasons) {
    if (code == reason) return counter.add();
  }
  handles().rejected.with({to_string(reason)}).add();
}

void LoadMetrics::limited_by(std::string_view limit) {
  for (const std::string_view known : limits) handles().limited_by.with({known}).set(known == limit ? 1 : 0);
}

void show_store_answers(bool answers) { handles().store_up.set(answers ? 1 : 0); }

void add_job_metrics() {
  handles();
  batch::BatchMetrics::add_to_registry();
  for (const Stage stage : {Stage::read, Stage::decode}) StageMetrics::of(stage);
}

}  // namespace millrace::pipeline

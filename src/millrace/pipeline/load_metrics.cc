// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load_metrics.h"

#include <array>
#include <utility>

#include "millrace/batch/batch_metrics.h"
#include "millrace/batch/record_metrics.h"
#include "millrace/pipeline/piece_budget.h"
#include "millrace/telemetry/stage.h"

namespace millrace::pipeline {
namespace {

using namespace telemetry;

constexpr GaugeInfo limited_info{"millrace_limited_by", "1 for what keeps batches from being larger or more, as the report says.", {"limit"}};

// Words of Report::limited_by() while a job runs.
constexpr std::array<std::string_view, 6> limits{"latency", "bytes", "knee", "conflicts", "input", "fixed"};

struct Handles {
  Registry& registry = Registry::global();
  const batch::RecordMetrics& records = batch::RecordMetrics::global();
  Family<Gauge> limited_by = registry.gauges(limited_info);
};

const Handles& handles() {
  static const Handles all;
  return all;
}

}  // namespace

LoadMetrics::LoadMetrics(const PieceBudget& budget) {
  const Handles& metrics = handles();
  metrics.records.queue_bytes_limit.set(static_cast<double>(budget.bytes_max()));
  read_queue_ = metrics.registry.before_scrape([&budget, bytes = metrics.records.queue_bytes] { bytes.set(static_cast<double>(budget.held())); });
}

LoadMetrics::~LoadMetrics() {
  read_queue_.remove();
  handles().records.queue_bytes.set(0);
}

void LoadMetrics::counted(const Counts& counts) {
  const Handles& metrics = handles();
  const Counts before = std::exchange(counted_, counts);
  metrics.records.bytes_read.add(counts.bytes_read - before.bytes_read);
  if (counts.records_read() == before.records_read()) return;
  metrics.records.read.add(counts.records_read() - before.records_read());
  metrics.records.written.add(counts.records_written - before.records_written);
  metrics.records.skipped.add(counts.records_skipped - before.records_skipped);
  metrics.records.filtered.add(counts.records_filtered - before.records_filtered);
}

void LoadMetrics::rejected(Code reason) { handles().records.rejected(reason); }

void LoadMetrics::limited_by(std::string_view limit) {
  for (const std::string_view known : limits) handles().limited_by.with({known}).set(known == limit ? 1 : 0);
}

void show_store_answers(bool answers) { handles().records.store_up.set(answers ? 1 : 0); }

void add_job_metrics() {
  handles();
  batch::BatchMetrics::add_to_registry();
  for (const Stage stage : {Stage::read, Stage::decode}) StageMetrics::of(stage);
}

}  // namespace millrace::pipeline

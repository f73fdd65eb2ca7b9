// SPDX-License-Identifier: Apache-2.0
//
// What a job shows of itself in Registry::global() while it runs (docs/operations.md has the names). At its end the counters say
// what the report says, when there was one job in the process.
// Threads: one for each, that which drives the job; show_store_answers() any.
#pragma once

#include <string_view>

#include "millrace/base/result.h"
#include "millrace/pipeline/report.h"
#include "millrace/telemetry/registry.h"

namespace millrace::pipeline {

class PieceBudget;

class LoadMetrics {
 public:
  // The budget outlives it.
  explicit LoadMetrics(const PieceBudget& budget);
  ~LoadMetrics();

  // Adds what has come since the last call. A call for each run of records, not for each record.
  void counted(const Counts& counts);
  void rejected(Code reason);
  void limited_by(std::string_view limit);  // Report::limited_by()

 private:
  Counts counted_;  // so far
  telemetry::ScrapeHook read_queue_;
};

// 1 while the store answers, 0 while it is waited for.
void show_store_answers(bool answers);

// All metrics of a job, at nought: to be called before the store is waited for, so that a scrape sees them.
void add_job_metrics();

}  // namespace millrace::pipeline

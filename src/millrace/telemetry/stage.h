// SPDX-License-Identifier: Apache-2.0
//
// The stages of a job, and what is counted of each in Registry::global(): millrace_stage_duration_seconds{stage}, how long each piece
// of work took, and millrace_stage_active{stage}, how many are under way. A piece is a read of the input, a slice that is
// decoded, a request that is committed; never a record.
//
//   const StageScope reading(Stage::read);      // until the end of the scope
#pragma once

#include <chrono>
#include <cstdint>

#include "millrace/telemetry/metrics.h"

namespace millrace::telemetry {

enum class Stage : std::uint8_t { read, decode, commit };

struct StageMetrics {
  Histogram seconds;
  Gauge active;

  static const StageMetrics& of(Stage stage);
};

class StageScope {
 public:
  explicit StageScope(Stage stage) : metrics_(StageMetrics::of(stage)), begin_(std::chrono::steady_clock::now()) { metrics_.active.add(1); }
  ~StageScope() {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin_;
    metrics_.seconds.observe(seconds.count());
    metrics_.active.add(-1);
  }
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;

 private:
  const StageMetrics& metrics_;
  const std::chrono::steady_clock::time_point begin_;
};

}  // namespace millrace::telemetry

// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/stage.h"

#include <array>
#include <string_view>

#include "millrace/telemetry/registry.h"

namespace millrace::telemetry {
namespace {

constexpr HistogramInfo seconds_info{"millrace_stage_duration_seconds", "Time that a stage took for a piece of work.", seconds_bounds, {"stage"}};
constexpr GaugeInfo active_info{"millrace_stage_active", "Pieces of work that a stage is busy with.", {"stage"}};

StageMetrics metrics_of(std::string_view name) {
  Registry& registry = Registry::global();
  return {registry.histograms(seconds_info).with({name}), registry.gauges(active_info).with({name})};
}

}  // namespace

const StageMetrics& StageMetrics::of(Stage stage) {
  static const std::array<StageMetrics, 3> all{metrics_of("read"), metrics_of("decode"), metrics_of("commit")};
  return all[static_cast<std::size_t>(stage)];
}

}  // namespace millrace::telemetry

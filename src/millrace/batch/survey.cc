// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/survey.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace millrace::batch {
namespace {

constexpr double growth_max = 4;
constexpr double growth_least = 1.5;   // a smaller step shows nothing
constexpr double gain_least = 1.08;    // a rate that grows less has found its top, or noise
constexpr double far_worse = 1.25;
constexpr int rungs_behind_max = 2;
constexpr std::size_t rows_told_apart = 50;  // with fewer, a request's own cost hides the shape's
constexpr double worth_joining = 0.8;  // of the best shape's rate
constexpr std::size_t joined = 4;      // transactions: enough to tell a request's cost from a transaction's
constexpr std::size_t rows_first_max = 16;
constexpr std::size_t rungs_max = 3;  // below what is known to be good

// Fourfold steps from here pass through `rows`.
std::size_t first_rung(std::size_t rows) {
  for (std::size_t rung = 0; rung < rungs_max && rows > rows_first_max; ++rung) rows /= 4;
  return std::max<std::size_t>(rows, 1);
}

}  // namespace

double growth_allowed(double growing_seconds, double bound) {
  return std::clamp(std::sqrt(bound / growing_seconds), 1.0, growth_max);
}

Survey::Survey(const ControllerOptions& options, std::size_t in_flight) : options_(options), in_flight_(in_flight) {
  const std::size_t rows = options.rows_pinned.value_or(first_rung(options.start.rows_per_transaction));
  for (const store::StatementShape shape : options.shapes) climbs_.push_back({.shape = shape, .rows = rows});
}

std::optional<BatchLimits> Survey::next() const {
  if (at_ == climbs_.size()) return std::nullopt;
  const Climb& climb = climbs_[at_];
  return BatchLimits{.shape = climb.shape,
                     .rows_per_transaction = climb.rows,
                     .transactions_per_request = joining_ ? joined : 1,
                     .in_flight = in_flight_,
                     .request_bytes_max = options_.start.request_bytes_max};
}

void Survey::measured(double request_seconds, std::size_t rows_max) {
  Climb& climb = climbs_[at_];
  if (!joining_) {
    climb.stage = advance(climb, request_seconds, rows_max) ? Stage::climbing : Stage::joining;
    drop_if_worse(climb);
  } else {
    climb.stage = Stage::done;
  }
  step();
}

void Survey::refused() {
  climbs_[at_].stage = joining_ || climbs_[at_].best_rate == 0 ? Stage::done : Stage::joining;
  step();
}

// True when a larger size is to be measured.
bool Survey::advance(Climb& climb, double seconds, std::size_t rows_max) {
  const double rows_per_second = static_cast<double>(climb.rows) / seconds;
  const bool grew = rows_per_second > climb.best_rate * gain_least;
  const double latency_max = std::chrono::duration<double>(options_.latency_max).count();
  // One hiccup, such as a log that is moved into its file, is no top: a size that should be cheap is looked at again.
  const bool is_cheap = climb.seconds_expected < latency_max / 25;
  if (!grew && !options_.rows_pinned && is_cheap && !std::exchange(climb.doubted, true)) return true;
  climb.doubted = false;
  if (rows_per_second > climb.best_rate) {
    climb.best_rate = rows_per_second;
    climb.best_rows = climb.rows;
  }
  if (!grew || options_.rows_pinned) return false;
  // What far fewer rows took does not grow; it was measured once, and noisily.
  const double growing = std::max(seconds - 0.8 * climb.first_seconds, seconds / 16);
  if (climb.first_seconds == 0) climb.first_seconds = seconds;
  const double long_enough = std::max(latency_max / 12 / growing, growth_least);
  const double factor = std::min(growth_allowed(growing, latency_max / 2), long_enough);
  const auto grown = std::min(rows_max, static_cast<std::size_t>(static_cast<double>(climb.rows) * factor));
  if (static_cast<double>(grown) < static_cast<double>(climb.rows) * 1.2) return false;
  climb.seconds_expected = seconds * static_cast<double>(grown) / static_cast<double>(climb.rows);
  climb.rows = grown;
  return true;
}

// A shape that does worse than another with as many rows, rung after rung, is not climbed any further.
void Survey::drop_if_worse(Climb& climb) {
  if (climb.stage != Stage::climbing || climb.best_rows < rows_told_apart) return;
  const bool is_worse = std::ranges::any_of(climbs_, [&](const Climb& other) {
    return other.best_rows <= climb.best_rows && other.best_rate > climb.best_rate * far_worse;
  });
  if (is_worse && ++climb.rungs_behind == rungs_behind_max) climb.stage = Stage::joining;
}

// The next shape that still climbs; when none does, those worth it try several transactions, each once.
void Survey::step() {
  const auto find_from = [&](std::size_t first, Stage stage) {
    for (std::size_t i = 0; i < climbs_.size(); ++i) {
      const std::size_t at = (first + i) % climbs_.size();
      if (climbs_[at].stage == stage) return at;
    }
    return climbs_.size();
  };
  if (!joining_) {
    at_ = find_from(at_ + 1, Stage::climbing);
    if (at_ != climbs_.size()) return;
    joining_ = true;
    const double best = std::ranges::max(climbs_, {}, &Climb::best_rate).best_rate;
    for (Climb& climb : climbs_) {
      const bool worth = climb.best_rate > 0 && climb.best_rate >= best * worth_joining && climb.best_rows >= joined;
      if (!worth || options_.rows_pinned || options_.transactions_max < joined) climb.stage = Stage::done;
      climb.rows = climb.best_rows / joined;
    }
  }
  at_ = find_from(0, Stage::joining);
}

}  // namespace millrace::batch

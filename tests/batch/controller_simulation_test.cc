// SPDX-License-Identifier: Apache-2.0
//
// The controller against the best fixed limits, on stores that exist only as times. Each test sweeps the fixed limits on its
// own model and prints what the controller reached; the figures of docs/batching.md are these.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "batch/simulated_store.h"
#include "support/seed.h"

namespace millrace::testing {
namespace {

using batch::BatchLimits;
using batch::Controller;
using batch::LimitedBy;
using store::StatementShape;

constexpr std::size_t seeds = 16;
constexpr double settled_after = 2;
constexpr double share_wanted = 0.95;

StoreCosts memory_engine() {
  return {.shapes = {{{.request = 0.0001, .transaction = 0.00045, .row = 12.3e-6, .row_squared = 1.18e-7},
                      {.request = 0.0001, .transaction = 0.0005, .row = 21e-6}}}};
}
StoreCosts disk_engine() {
  return {.shapes = {{{.request = 0.0001, .transaction = 0.0004, .row = 22e-6, .row_squared = 2e-10},
                      {.request = 0.0001, .transaction = 0.0004, .row = 31e-6}}},
          .serial = 0.0003};
}
StoreModel sqlite(double fsync_seconds) {
  return {.name = fmt::format("SQLite, fsync {} ms", fsync_seconds * 1e3),
          .costs = {.shapes = {{{.transaction = 0.00002, .row = 2.5e-6, .row_squared = 1e-12}, {}}}, .round_trip = 0, .serial = fsync_seconds},
          .shapes = {StatementShape::insert},
          .in_flight_max = 1,
          .transactions_max = 1,
          .start = {.rows_per_transaction = 5000, .in_flight = 1, .request_bytes_max = 8u << 20}};
}

std::string words(const BatchLimits& limits) {
  return fmt::format("{} {} x {} x {}", limits.shape == StatementShape::insert ? "insert" : "create", limits.rows_per_transaction,
                     limits.transactions_per_request, limits.in_flight);
}

struct Score {
  double least = 1e9;
  double sum = 0;
  double slowest = 0;
  std::string explained;
};

bool verbose() { return std::getenv("MILLRACE_VERBOSE") != nullptr; }

Score play(const StoreModel& model, const Load& load, double best_rate, double from) {
  Score score;
  const std::uint64_t first = test_seed();
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    Controller controller(model.options());
    Load seeded = load;
    seeded.seed = seed;
    const Run run = simulate(model, seeded, driver_of(controller));
    const double share = run.rate_between(from, load.seconds) / best_rate;
    if (verbose()) {
      std::cout << "seed " << seed << " share " << share << "\n";
      BatchLimits last{};
      double rows = 0, since = 0;
      for (const Run::Finish& f : run.finishes) {
        if (!(f.limits == last)) {
          if (std::getenv("MILLRACE_VERBOSE")[0] == '2' && f.at > since)
            std::cout << fmt::format("{:.3f} {} rate {:.0f}\n", f.at, words(last), rows / (f.at - since));
          rows = 0;
          since = f.at;
          last = f.limits;
        }
        rows += static_cast<double>(f.rows);
      }
      for (double t = 0; t < load.seconds; t += load.seconds / 10) std::cout << fmt::format("{:.2f} ", run.rate_between(t, t + load.seconds / 10) / best_rate);
      std::cout << controller.explain().text() << "\n";
    }
    if (share < score.least) score.explained = controller.explain().text();
    score.least = std::min(score.least, share);
    score.sum += share;
    score.slowest = std::max(score.slowest, run.slowest_seconds());
  }
  return score;
}

void expect_near_the_best(const StoreModel& model, double seconds = 25) {
  const Best best = sweep(model);
  const Score score = play(model, {.seconds = seconds}, best.rate, settled_after);
  std::cout << fmt::format("| {} | {} | {:.0f} | {:.3f} | {:.3f} | {:.0f} ms |\n  {}\n", model.name, words(best.limits), best.rate, score.least,
                           score.sum / seeds, score.slowest * 1e3, score.explained);
  EXPECT_GE(score.least, share_wanted) << model.name;
  EXPECT_LE(score.slowest, 1.0);
}

TEST(ControllerSimulation, quadratic) { expect_near_the_best({.name = "quadratic", .costs = memory_engine()}); }
TEST(ControllerSimulation, quadratic_without_another_shape) {
  expect_near_the_best({.name = "quadratic, INSERT only", .costs = memory_engine(), .shapes = {StatementShape::insert}});
}
TEST(ControllerSimulation, linear) { expect_near_the_best({.name = "linear", .costs = disk_engine()}); }
TEST(ControllerSimulation, sqlite_fast) { expect_near_the_best(sqlite(0.00015)); }
TEST(ControllerSimulation, sqlite_slow) { expect_near_the_best(sqlite(0.015)); }
TEST(ControllerSimulation, noisy_quadratic) {
  expect_near_the_best({.name = "noisy quadratic", .costs = memory_engine(), .noise = 0.3});
}
TEST(ControllerSimulation, noisy_linear) { expect_near_the_best({.name = "noisy linear", .costs = disk_engine(), .noise = 0.3}); }
TEST(ControllerSimulation, stepped) {
  StoreCosts costs = disk_engine();
  for (ShapeCost& shape : costs.shapes) {
    shape.transaction = 0.003;
    shape.step_rows = 700;
    shape.step_factor = 2;
  }
  expect_near_the_best({.name = "stepped", .costs = costs});
}
TEST(ControllerSimulation, far_away) {
  StoreCosts costs = disk_engine();
  costs.round_trip = 0.02;
  expect_near_the_best({.name = "far away", .costs = costs});
}
TEST(ControllerSimulation, size_limited) {
  StoreCosts costs = disk_engine();
  costs.rows_max = 600;
  expect_near_the_best({.name = "size-limited", .costs = costs});
}
TEST(ControllerSimulation, conflicting) {
  StoreCosts costs = disk_engine();
  costs.conflicts_a_rival = 0.12;
  expect_near_the_best({.name = "conflicting", .costs = costs});
}

}  // namespace
}  // namespace millrace::testing

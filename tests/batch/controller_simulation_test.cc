// SPDX-License-Identifier: Apache-2.0
//
// The controller against the best fixed limits, on stores that exist only as times. Each test sweeps the fixed limits on
// its own model and prints what the controller reached; the figures of docs/batching.md are these.
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
constexpr double slowest_allowed = 1.0;  // twice the bound on latency

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
          .costs = {.shapes = {{{.transaction = 0.00002, .row = 2.5e-6, .row_squared = 1e-12}, {}}},
                    .round_trip = 0,
                    .serial = fsync_seconds},
          .shapes = {StatementShape::insert},
          .in_flight_max = 1,
          .transactions_max = 1,
          .start = {.rows_per_transaction = 5000, .in_flight = 1, .request_bytes_max = 8u << 20}};
}

std::string words(const BatchLimits& limits) {
  return fmt::format("{} {} x {} x {}", limits.shape == StatementShape::insert ? "insert" : "create",
                     limits.rows_per_transaction, limits.transactions_per_request, limits.in_flight);
}

// What the controller settled between two times, as a share of what the best fixed limits would have, over several seeds.
struct Score {
  double least = 1e9;
  double mean = 0;
  double slowest_seconds = 0;
  std::string explained;  // where it was least
};

// The figures of docs/batching.md are to be had again: without MILLRACE_SEED, the seeds are 1 to 16.
std::uint64_t first_seed() {
  if (std::getenv("MILLRACE_SEED") != nullptr) return test_seed();
  std::cout << "MILLRACE_SEED=1\n";
  return 1;
}

Score play(const StoreModel& model, const Load& load, double from, double best_rows) {
  Score score;
  const std::uint64_t first = first_seed();
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    Controller controller(model.options());
    Load seeded = load;
    seeded.seed = seed;
    const Trace trace = simulate(model, seeded, driver_of(controller));
    const double share = trace.rows_between(from, load.seconds) / best_rows;
    if (share < score.least) score.explained = controller.explain().text();
    score.least = std::min(score.least, share);
    score.mean += share / seeds;
    score.slowest_seconds = std::max(score.slowest_seconds, trace.slowest_seconds());
  }
  return score;
}

void report(const std::string& name, const Best& best, const Score& score) {
  std::cout << fmt::format("| {} | {} | {:.0f} | {:.3f} | {:.3f} | {:.0f} ms |\n  {}\n", name, words(best.limits),
                           best.rate, score.least, score.mean, score.slowest_seconds * 1e3, score.explained);
}

// Where chance rules, the mean over the seeds is held to the goal, and the worst seed to `least`.
void expect_near_the_best(const StoreModel& model, double least = share_wanted) {
  constexpr double seconds = 25;
  const Best best = sweep(model);
  const Score score = play(model, {.seconds = seconds}, settled_after, best.rate * (seconds - settled_after));
  report(model.name, best, score);
  EXPECT_GE(score.mean, share_wanted) << model.name;
  EXPECT_GE(score.least, least) << model.name;
  EXPECT_LE(score.slowest_seconds, slowest_allowed);
}

// The store changes at 10 s. Counted from two seconds after; and the two seconds themselves.
void expect_to_follow(StoreModel model, double least = share_wanted) {
  constexpr double seconds = 25;
  model.changes_at = 10;
  const Best best = sweep(model.after());
  const double again = model.changes_at + settled_after;
  const Score score = play(model, {.seconds = seconds}, again, best.rate * (seconds - again));
  report(model.name, best, score);
  const Score meanwhile = play(model, {.seconds = again}, model.changes_at, best.rate * settled_after);
  std::cout << fmt::format("  in the two seconds of the change: least {:.3f}, mean {:.3f}\n", meanwhile.least,
                           meanwhile.mean);
  EXPECT_GE(score.least, least) << model.name;
  EXPECT_LE(score.slowest_seconds, slowest_allowed);
}

TEST(ControllerSimulation, quadratic) { expect_near_the_best({.name = "quadratic", .costs = memory_engine()}); }
TEST(ControllerSimulation, quadratic_without_another_shape) {
  expect_near_the_best({.name = "quadratic, INSERT only", .costs = memory_engine(), .shapes = {StatementShape::insert}});
}
TEST(ControllerSimulation, linear) { expect_near_the_best({.name = "linear", .costs = disk_engine()}); }
TEST(ControllerSimulation, sqlite_fast) { expect_near_the_best(sqlite(0.00015)); }
TEST(ControllerSimulation, sqlite_slow) { expect_near_the_best(sqlite(0.015)); }
TEST(ControllerSimulation, noisy_quadratic) {
  expect_near_the_best({.name = "noisy quadratic", .costs = memory_engine(), .noise = 0.3}, 0.9);
}
TEST(ControllerSimulation, noisy_linear) {
  expect_near_the_best({.name = "noisy linear", .costs = disk_engine(), .noise = 0.3}, 0.9);
}
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
  expect_near_the_best({.name = "conflicting", .costs = costs}, 0.9);
}

TEST(ControllerSimulation, follows_a_store_whose_transactions_become_dear) {
  StoreCosts later = disk_engine();
  later.serial = 0.02;
  expect_to_follow({.name = "fsync becomes slow", .costs = disk_engine(), .costs_later = later}, 0.93);
}
TEST(ControllerSimulation, follows_a_store_whose_transactions_become_cheap) {
  StoreCosts before = disk_engine();
  before.serial = 0.02;
  expect_to_follow({.name = "fsync becomes fast", .costs = before, .costs_later = disk_engine()});
}
TEST(ControllerSimulation, follows_a_store_that_becomes_quadratic) {
  expect_to_follow({.name = "becomes quadratic",
                    .costs = disk_engine(),
                    .costs_later = memory_engine(),
                    .shapes = {StatementShape::insert}});
}
TEST(ControllerSimulation, follows_a_store_that_becomes_linear) {
  expect_to_follow({.name = "becomes linear",
                    .costs = memory_engine(),
                    .costs_later = disk_engine(),
                    .shapes = {StatementShape::insert}});
}
TEST(ControllerSimulation, follows_a_store_that_becomes_slow) {
  StoreCosts later = memory_engine();
  for (ShapeCost& shape : later.shapes)
    shape = {shape.request * 4, shape.transaction * 4, shape.row * 4, shape.row_squared * 4};
  expect_to_follow({.name = "four times slower", .costs = memory_engine(), .costs_later = later});
}

// The same load at the best fixed limits; both from the first request to the last.
void expect_a_good_start(const StoreModel& model, double rows, double share) {
  const Best best = sweep(model);
  const double best_seconds = simulate(model, {.seconds = 60, .rows = rows}, fixed_at(best.limits)).end();
  Controller controller(model.options());
  const double seconds = simulate(model, {.seconds = 60, .rows = rows}, driver_of(controller)).end();
  std::cout << fmt::format("| {}, {:.0f} records | {:.2f} s | {:.2f} s | {:.3f} |\n", model.name, rows, best_seconds,
                           seconds, best_seconds / seconds);
  EXPECT_GE(best_seconds / seconds, share) << model.name;
}

TEST(ControllerSimulation, short_loads) {
  for (const double rows : {10'000., 20'000., 40'000.}) {
    expect_a_good_start({.name = "quadratic", .costs = memory_engine()}, rows, 0.6);
    expect_a_good_start({.name = "linear", .costs = disk_engine()}, rows, 0.6);
    expect_a_good_start(sqlite(0.00015), rows, 0.6);
  }
}

TEST(ControllerSimulation, a_slow_source_is_not_taken_for_a_slow_store) {
  const StoreModel model{.name = "linear", .costs = disk_engine()};
  Controller controller(model.options());
  const Trace trace = simulate(model, {.seconds = 20, .rows_a_second = 5'000}, driver_of(controller));
  EXPECT_EQ(controller.explain().limited_by, LimitedBy::input);
  EXPECT_GE(trace.rows_between(2, 20), 0.999 * 5'000 * 18 - 100);
  EXPECT_LE(controller.limits().rows() * controller.limits().in_flight, 2'000U);
  EXPECT_LE(trace.slowest_seconds(), 0.05);
}

TEST(ControllerSimulation, keeps_what_is_pinned) {
  const StoreModel model{.name = "linear", .costs = disk_engine()};
  batch::ControllerOptions options = model.options();
  options.rows_pinned = 300;
  options.in_flight_pinned = 3;
  Controller controller(options);
  const Trace trace = simulate(model, {.seconds = 5}, driver_of(controller));
  for (const Trace::Finish& finish : trace.finishes) {
    ASSERT_EQ(finish.limits.rows(), 300U);
    ASSERT_EQ(finish.limits.in_flight, 3U);
  }
  options.shapes = {StatementShape::insert};
  EXPECT_EQ(Controller(options).explain().limited_by, LimitedBy::fixed);
}

}  // namespace
}  // namespace millrace::testing

// SPDX-License-Identifier: Apache-2.0
//
// A store that exists only as times, and a load into it: discrete events, no clock, no thread.
//
//   const Trace trace = simulate(models::memory_engine(), {.seconds = 20, .seed = 7}, driver_of(controller));
//   trace.rows_between(2, 20);
//
// A request travels, then works on one of the store's cores (which are shared when there are more requests than cores),
// then waits for its turn in the store's serial part. Like the Batcher, a load sends as soon as a slot is free: what was
// refused first, then a full request, then what is at hand.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "millrace/batch/controller.h"

namespace millrace::testing {

struct ShapeCost {
  double request = 0;  // seconds of a core
  double transaction = 0;
  double row = 0;
  double row_squared = 0;
  double step_rows = 1e18;  // transactions of more rows than this
  double step_factor = 1;   // cost so many times as much
};

struct StoreCosts {
  std::array<ShapeCost, 2> shapes;  // INSERT, CREATE
  double round_trip = 0.0003;
  double serial = 0;             // seconds of each transaction during which the store does nothing else: fsync
  double contention = 0.06;      // each request beyond the cores slows all by this share
  double conflicts_a_rival = 0;  // the probability that a request loses against each other one in flight
  double requests_max = 1e18;    // more at once are refused as overload
  double rows_max = 1e18;        // of a request; larger ones are refused as overload
};

struct StoreModel {
  std::string name;
  StoreCosts costs;
  std::optional<StoreCosts> costs_later = {};
  double changes_at = 0;
  double noise = 0;  // each request's work is off by up to this share
  double cores = 2;
  std::vector<store::StatementShape> shapes{store::StatementShape::insert, store::StatementShape::create};
  std::size_t in_flight_max = 64;
  std::size_t transactions_max = 64;
  batch::BatchLimits start{
      .rows_per_transaction = 250, .transactions_per_request = 4, .in_flight = 2, .request_bytes_max = 2u << 20};

  batch::ControllerOptions options() const;
  StoreModel before() const;  // the same without its change
  StoreModel after() const;
};

inline constexpr std::size_t record_bytes = 360;

struct Load {
  double seconds = 30;
  std::uint64_t seed = 1;
  double rows_a_second = 1e18;  // of the source
  double rows = 1e18;           // in all
  double requests = 1e18;       // in all
};

struct Driver {
  std::function<const batch::BatchLimits&()> limits;
  std::function<void(const batch::Sample&, batch::Instant)> finished;
};
Driver driver_of(batch::Controller& controller);
Driver fixed_at(const batch::BatchLimits& limits);

struct Trace {
  struct Finish {
    double at;
    double seconds;
    std::size_t rows;
    batch::BatchLimits limits;
  };
  std::vector<Finish> finishes;
  double rows_between(double from, double to) const;
  double rate_between(double from, double to) const { return rows_between(from, to) / (to - from); }
  double slowest_seconds() const;
  double end() const { return finishes.empty() ? 0 : finishes.back().at; }
};

Trace simulate(const StoreModel& model, const Load& load, const Driver& driver);

// The fixed limits with the highest rate among those whose requests keep the bounds on latency and bytes, by trying all.
struct Best {
  batch::BatchLimits limits;
  double rate = 0;
};
Best sweep(const StoreModel& model);

}  // namespace millrace::testing

// SPDX-License-Identifier: Apache-2.0
#include "batch/simulated_store.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>

namespace millrace::testing {
namespace {

using batch::BatchLimits;
using batch::Brake;

constexpr double never = 1e18;
constexpr double refusal_seconds = 0.02;  // the Batcher's first delay after a refusal

batch::Instant instant(double seconds) {
  return batch::Instant(std::chrono::duration_cast<batch::Instant::duration>(std::chrono::duration<double>(seconds)));
}

class Simulation {
 public:
  Simulation(const StoreModel& model, const Load& load, const Driver& driver)
      : model_(model), load_(load), driver_(driver), random_(load.seed) {}

  Trace run() {
    for (fill_slots();; fill_slots()) {
      const double at = next_event();
      if (at >= never || at >= load_.seconds || static_cast<double>(trace_.finishes.size()) >= load_.requests) break;
      advance(at);
    }
    return std::move(trace_);
  }

 private:
  enum class Stage { travelling, working, waiting, serial };
  struct Flight {
    BatchLimits limits;
    std::size_t rows;
    bool full;
    std::optional<Brake> brake;
    double started;
    Stage stage = Stage::travelling;
    double left = 0;       // seconds of this stage, on a core of its own
    double work_left = 0;  // of those to come
    double serial_left = 0;
  };

  const StoreCosts& costs() const {
    return model_.costs_later && now_ >= model_.changes_at ? *model_.costs_later : model_.costs;
  }

  // ---- the load

  double arrived() const { return std::min(load_.rows, load_.rows_a_second >= never ? never : load_.rows_a_second * now_); }
  double at_hand() const { return std::floor(arrived() - taken_); }
  double next_arrival() const {
    if (load_.rows_a_second >= never || taken_ >= load_.rows) return never;
    return std::max(now_ + 1e-9, (taken_ + 1) / load_.rows_a_second);
  }

  void fill_slots() {
    while (now_ >= held_until_ && flights_.size() < driver_.limits().in_flight) {
      const BatchLimits limits = driver_.limits();
      if (!again_.empty()) {
        const std::size_t rows = again_.front();
        again_.pop_front();
        send(limits, std::min(rows, limits.rows()), true);
        if (rows > limits.rows()) again_.push_front(rows - limits.rows());
        continue;
      }
      const auto rows_max = std::min(limits.rows(), limits.request_bytes_max / record_bytes);
      const double ready = at_hand();
      if (ready < 1) return;
      const auto rows = std::min(rows_max, static_cast<std::size_t>(std::min(ready, 1e9)));
      taken_ += static_cast<double>(rows);
      send(limits, rows, rows == rows_max);
    }
  }

  void send(const BatchLimits& limits, std::size_t rows, bool full) {
    const StoreCosts& costs = this->costs();
    const ShapeCost& cost = costs.shapes[static_cast<std::size_t>(limits.shape)];
    Flight flight{.limits = limits, .rows = rows, .full = full, .brake = {}, .started = now_};
    flight.left = costs.round_trip;
    const double rivals = static_cast<double>(flights_.size());
    if (static_cast<double>(rows) > costs.rows_max || rivals + 1 > costs.requests_max) {
      flight.brake = Brake::overload;
    } else {
      flight.work_left = cost.request;
      std::size_t transactions = 0;
      for (std::size_t left = rows; left != 0; ++transactions) {
        const std::size_t size = std::min(left, limits.rows_per_transaction);
        const auto n = static_cast<double>(size);
        flight.work_left +=
            (cost.transaction + cost.row * n + cost.row_squared * n * n) * (n > cost.step_rows ? cost.step_factor : 1);
        left -= size;
      }
      flight.work_left *= 1 + model_.noise * (2 * uniform() - 1);
      flight.serial_left = costs.serial * static_cast<double>(transactions);
      if (rivals > 0 && uniform() < 1 - std::pow(1 - costs.conflicts_a_rival, rivals)) flight.brake = Brake::conflict;
    }
    flights_.push_back(flight);
  }
  double uniform() { return std::generate_canonical<double, 32>(random_); }

  // ---- the store

  double speed_on_core() const {
    const auto working = static_cast<double>(std::ranges::count(flights_, Stage::working, &Flight::stage));
    const double crowd = std::max(0.0, static_cast<double>(flights_.size()) - model_.cores);
    return working == 0 ? 1 : std::min(1.0, model_.cores / working) / (1 + costs().contention * crowd);
  }

  double next_event() const {
    double at = std::min(next_arrival(), never);
    if (flights_.size() >= driver_.limits().in_flight) at = never;
    if (held_until_ > now_) at = std::min(std::max(at, held_until_), held_until_);
    const double speed = speed_on_core();
    for (const Flight& flight : flights_) {
      if (flight.stage == Stage::waiting) continue;
      at = std::min(at, now_ + flight.left / (flight.stage == Stage::working ? speed : 1));
    }
    return at;
  }

  void advance(double at) {
    const double passed = at - now_;
    const double speed = speed_on_core();
    now_ = at;
    for (Flight& flight : flights_) {
      if (flight.stage != Stage::waiting) flight.left -= passed * (flight.stage == Stage::working ? speed : 1);
    }
    for (std::size_t i = 0; i < flights_.size();) {
      if (flights_[i].stage == Stage::waiting || flights_[i].left > 1e-12 || !end_stage(flights_[i])) {
        ++i;
        continue;
      }
      const Flight done = flights_[i];
      flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(i));
      finish(done);
    }
    if (std::ranges::find(flights_, Stage::serial, &Flight::stage) != flights_.end()) return;
    const auto next = std::ranges::find(flights_, Stage::waiting, &Flight::stage);
    if (next == flights_.end()) return;
    next->stage = Stage::serial;
    next->left = next->serial_left;
  }

  // True when it was the last one.
  static bool end_stage(Flight& flight) {
    if (flight.stage == Stage::travelling && flight.work_left > 0) {
      flight.stage = Stage::working;
      flight.left = flight.work_left;
      return false;
    }
    if (flight.stage == Stage::working && flight.serial_left > 0) {
      flight.stage = Stage::waiting;
      return false;
    }
    return true;
  }

  void finish(const Flight& done) {
    const std::size_t settled = done.brake ? 0 : done.rows;
    if (done.brake == Brake::overload) {
      held_until_ = now_ + refusal_seconds;
      if (done.rows > 1) again_.push_back(done.rows / 2);
      again_.push_back(done.rows - done.rows / 2);
    } else if (done.brake) {
      again_.push_back(done.rows);
    }
    trace_.finishes.push_back({now_, now_ - done.started, settled, done.limits});
    driver_.finished({.limits = done.limits,
                      .rows = done.rows,
                      .rows_settled = settled,
                      .bytes = done.rows * record_bytes,
                      .in_flight = flights_.size(),
                      .started = instant(done.started),
                      .ended = instant(now_),
                      .full = done.full,
                      .brake = done.brake},
                     instant(now_));
  }

  const StoreModel& model_;
  const Load& load_;
  const Driver& driver_;
  std::mt19937_64 random_;
  double now_ = 0;
  double taken_ = 0;
  double held_until_ = 0;
  std::vector<Flight> flights_;
  std::deque<std::size_t> again_;
  Trace trace_;
};

}  // namespace

batch::ControllerOptions StoreModel::options() const {
  return {.start = start, .shapes = shapes, .in_flight_max = in_flight_max, .transactions_max = transactions_max};
}
StoreModel StoreModel::before() const {
  StoreModel model = *this;
  model.costs_later.reset();
  return model;
}
StoreModel StoreModel::after() const {
  StoreModel model = before();
  model.costs = costs_later.value_or(costs);
  return model;
}

Driver driver_of(batch::Controller& controller) {
  return {[&]() -> const BatchLimits& { return controller.limits(); },
          [&](const batch::Sample& sample, batch::Instant now) { controller.finished(sample, now); }};
}
Driver fixed_at(const BatchLimits& limits) {
  return {[&limits]() -> const BatchLimits& { return limits; }, [](const batch::Sample&, batch::Instant) {}};
}

double Trace::rows_between(double from, double to) const {
  double rows = 0;
  for (const Finish& finish : finishes) {
    if (finish.at > from && finish.at <= to) rows += static_cast<double>(finish.rows);
  }
  return rows;
}
double Trace::slowest_seconds() const {
  return finishes.empty() ? 0 : std::ranges::max(finishes, {}, &Finish::seconds).seconds;
}

Trace simulate(const StoreModel& model, const Load& load, const Driver& driver) {
  return Simulation(model, load, driver).run();
}

Best sweep(const StoreModel& model) {
  std::vector<std::size_t> rows;  // a fifth apart
  for (double size = 5; size < 50'000; size *= 1.2) rows.push_back(static_cast<std::size_t>(size));
  StoreModel quiet = model;
  quiet.noise = 0;
  const double latency_max = std::chrono::duration<double>(batch::ControllerOptions{}.latency_max).count();
  Best best;
  BatchLimits limits = model.start;
  for (const store::StatementShape shape : model.shapes) {
    for (const std::size_t in_flight : {1, 2, 3, 4, 5, 6, 8, 12}) {
      for (const std::size_t joined : {1, 2, 3, 4, 6, 8, 12, 16, 24, 32}) {
        for (const std::size_t size : rows) {
          limits = {shape, size, joined, in_flight, model.start.request_bytes_max};
          const bool able = in_flight <= model.in_flight_max && joined <= model.transactions_max;
          if (!able || limits.rows() * record_bytes > limits.request_bytes_max) continue;
          const bool random = model.costs.conflicts_a_rival > 0;
          const Trace trace = simulate(
              quiet, {.seconds = 20, .requests = static_cast<double>((random ? 300 : 30) * in_flight)}, fixed_at(limits));
          if (trace.finishes.size() < 3 * in_flight || trace.slowest_seconds() > latency_max) break;
          const double from = trace.finishes[in_flight - 1].at;
          const double rate = trace.rate_between(from, trace.end());
          if (rate > best.rate) best = {limits, rate};
        }
      }
    }
  }
  return best;
}

}  // namespace millrace::testing

// SPDX-License-Identifier: Apache-2.0
//
// The start: which sizes to measure, one after the other, when nothing is known. Private to `batch`.
#pragma once

#include <vector>

#include "millrace/batch/controller.h"

namespace millrace::batch {

// Every shape climbs from a few rows, at most fourfold a step, until its rate grows no more; then the best shapes
// try the same rows in several transactions of one request. A step is never longer than what a quadratic store could bear:
// such a store takes factor² the time, and the next request is to end within half the latency bound. It ends at requests of
// a twelfth of that bound: what longer ones are worth, trials find.
class Survey {
 public:
  Survey(const ControllerOptions& options, std::size_t in_flight);

  // What is to be measured; nothing when the survey is done.
  std::optional<BatchLimits> next() const;
  void measured(double request_seconds, std::size_t rows_max);
  // The present step failed: nothing as large is tried.
  void refused();

 private:
  enum class Stage { climbing, joining, done };
  struct Climb {
    store::StatementShape shape;
    std::size_t rows;
    Stage stage = Stage::climbing;
    double first_seconds = 0;  // a request's, at the first rung
    double best_rate = 0;      // rows a second of one request in flight
    std::size_t best_rows = 0;
    double seconds_expected = 0;  // of a request of the present rung, were it in proportion
    int rungs_behind = 0;
    bool doubted = false;  // the present rung brought nothing, and is measured once more
  };
  bool advance(Climb& climb, double seconds, std::size_t rows_max);
  void drop_if_worse(Climb& climb);
  void step();

  const ControllerOptions& options_;
  std::size_t in_flight_;
  std::vector<Climb> climbs_;
  std::size_t at_ = 0;
  bool joining_ = false;
};

// By how much rows may grow when `growing_seconds` of a request may grow with their square, and are to stay below `bound`.
double growth_allowed(double growing_seconds, double bound);

}  // namespace millrace::batch

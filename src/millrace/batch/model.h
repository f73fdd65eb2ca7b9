// SPDX-License-Identifier: Apache-2.0
//
// What the curves of all shapes say, with one number of requests in flight. Private to `batch`.
#pragma once

#include "millrace/batch/controller.h"
#include "millrace/batch/curve.h"

namespace millrace::batch {

// Curves are believed near what was measured only.
class Model {
 public:
  explicit Model(const ControllerOptions& options) : options_(options) {}

  void begin(std::size_t in_flight);  // with nothing known
  void learn(const BatchLimits& limits, double request_seconds, double batches);
  // Another number in flight, with which requests take `slower` times as long: the curves' form is kept.
  void rescale(std::size_t in_flight, double slower);

  const Curve& curve(store::StatementShape shape) const { return curves_[static_cast<std::size_t>(shape)]; }
  // Of limits whose shape was measured.
  double rows_per_second(const BatchLimits& limits) const;
  double request_seconds(const BatchLimits& limits) const;

  struct Bounds {
    std::size_t rows_max;  // of a request
    double seconds_max;
    double as_good;  // the smallest request within this share of the best is chosen
  };
  // Nothing when no curve of these shapes is known.
  std::optional<BatchLimits> best(const std::vector<store::StatementShape>& shapes, const Bounds& bounds) const;

 private:
  template <typename Visit>
  void for_each_size(store::StatementShape shape, const Bounds& bounds, Visit visit) const;

  const ControllerOptions& options_;
  std::array<Curve, 2> curves_;  // by shape
  std::size_t in_flight_ = 1;
};

}  // namespace millrace::batch

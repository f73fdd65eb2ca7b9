// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "millrace/batch/survey.h"

namespace millrace::batch {
namespace {

constexpr double near_rows = 2;       // how far from the best point the curve is asked
constexpr double grid_factor = 1.19;  // a quarter of an octave

}  // namespace

void Model::begin(std::size_t in_flight) {
  for (Curve& curve : curves_) curve.clear();
  in_flight_ = in_flight;
}

void Model::learn(const BatchLimits& limits, double request_seconds, double batches) {
  curves_[static_cast<std::size_t>(limits.shape)].add(static_cast<double>(limits.rows_per_transaction),
                                                      static_cast<double>(limits.transactions_per_request), request_seconds,
                                                      batches);
}

void Model::rescale(std::size_t in_flight, double slower) {
  for (Curve& curve : curves_) curve.rescale(slower);
  in_flight_ = in_flight;
}

double Model::request_seconds(const BatchLimits& limits) const {
  return curve(limits.shape)
      .fit()
      .seconds(static_cast<double>(limits.rows_per_transaction), static_cast<double>(limits.transactions_per_request));
}

double Model::rows_per_second(const BatchLimits& limits) const {
  return static_cast<double>(limits.rows() * in_flight_) / request_seconds(limits);
}

std::optional<BatchLimits> Model::best(const std::vector<store::StatementShape>& shapes, const Bounds& bounds) const {
  double highest = 0;
  for (const store::StatementShape shape : shapes) {
    for_each_size(shape, bounds, [&](const BatchLimits&, double rate) { highest = std::max(highest, rate); });
  }
  std::optional<BatchLimits> smallest;
  for (const store::StatementShape shape : shapes) {
    for_each_size(shape, bounds, [&](const BatchLimits& limits, double rate) {
      if (rate >= highest * bounds.as_good && (!smallest || limits.rows() < smallest->rows())) smallest = limits;
    });
  }
  return smallest;
}

template <typename Visit>
void Model::for_each_size(store::StatementShape shape, const Bounds& bounds, Visit visit) const {
  const Curve& known = curve(shape);
  if (known.empty()) return;
  const Cost cost = known.fit();
  const Curve::Best seen = known.best();
  const double growing = seen.seconds - std::min(cost.request, 0.9 * seen.seconds);
  const double pinned = static_cast<double>(options_.rows_pinned.value_or(0));
  const double first = pinned != 0 ? pinned : std::max(1.0, seen.rows / near_rows);
  const double last = pinned != 0 ? pinned : seen.rows * std::min(near_rows, growth_allowed(growing, bounds.seconds_max));
  BatchLimits limits = options_.start;
  limits.shape = shape;
  limits.in_flight = in_flight_;
  for (double rows = first; rows <= last; rows *= grid_factor) {
    limits.rows_per_transaction = static_cast<std::size_t>(std::lround(rows));
    for (limits.transactions_per_request = 1;
         limits.transactions_per_request <= options_.transactions_max &&
         static_cast<double>(limits.transactions_per_request) <= known.transactions_measured_max();
         limits.transactions_per_request *= 2) {
      const double seconds = cost.seconds(static_cast<double>(limits.rows_per_transaction),
                                          static_cast<double>(limits.transactions_per_request));
      const bool smallest = rows == first && limits.transactions_per_request == 1;
      if (!smallest && (limits.rows() > bounds.rows_max || seconds > bounds.seconds_max)) break;
      visit(limits, static_cast<double>(limits.rows() * in_flight_) / seconds);
    }
  }
}

}  // namespace millrace::batch

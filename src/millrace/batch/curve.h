// SPDX-License-Identifier: Apache-2.0
//
// What a request costs, as a function of its size. Private to `batch`.
//
//   seconds(rows, transactions) = request + transactions · (transaction + row · rows + row_squared · rows²)
//
// A row costs least at rows = sqrt(transaction / row_squared), the knee; without a row_squared there is none, and the
// bounds on latency and bytes decide. `row_squared` is what a save point per record costs SurrealDB's memory engine.
#pragma once

#include <array>
#include <cstddef>

namespace millrace::batch {

struct Cost {
  double request = 0;  // seconds
  double transaction = 0;
  double row = 0;
  double row_squared = 0;

  double seconds(double rows_per_transaction, double transactions) const {
    return request + transactions * (transaction + rows_per_transaction * (row + row_squared * rows_per_transaction));
  }
};

// The points measured with one statement shape and one number of requests in flight, and the line through them.
class Curve {
 public:
  // `batches` requests of this size took so many seconds each.
  void add(double rows_per_transaction, double transactions, double seconds, double batches);
  // Another number in flight: the line's form is still the best guess, and one measurement outweighs it.
  void rescale(double factor);
  void clear() { size_ = 0; }

  struct Best {
    double rows;
    double transactions;
    double seconds;
  };
  // Of the points measured, by rows a second, with doubt for those that were measured little.
  Best best() const;
  bool empty() const { return size_ == 0; }
  double rows_measured_max() const;  // in a transaction
  double transactions_measured_max() const;
  // The least squares of the relative errors, near the best point, over costs that are not negative.
  Cost fit() const;
  // The mean relative error of that line at the points.
  double misfit(const Cost& cost) const;

 private:
  struct Point {
    double rows;  // per transaction
    double transactions;
    double seconds;
    double weight;
    std::size_t touched;
  };
  double weight(const Point& point, double centre) const;
  Point& point_near(double rows, double transactions);

  std::array<Point, 24> points_{};
  std::size_t size_ = 0;
  std::size_t touches_ = 0;
};

}  // namespace millrace::batch

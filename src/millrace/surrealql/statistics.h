// SPDX-License-Identifier: Apache-2.0
//
// What functions over an array of numbers and aggregates over a group have in common.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

// Variance without keeping the numbers (Welford 1962), and of two parts together (Chan, Golub and LeVeque 1979): the steps,
// and so the rounding, of the engine's math::variance and math::stddev over a GROUP. Over an array the engine takes two
// passes instead: variance_of() below.
class Welford {
 public:
  void add(double number) {
    ++count_;
    const double delta = number - mean_;
    mean_ += delta / static_cast<double>(count_);
    squares_ += delta * (number - mean_);
  }
  void merge(const Welford& other) {
    if (other.count_ == 0) return;
    if (count_ == 0) {
      *this = other;
      return;
    }
    const double ours = static_cast<double>(count_);
    const double theirs = static_cast<double>(other.count_);
    const double delta = other.mean_ - mean_;
    mean_ += delta * (theirs / (ours + theirs));
    squares_ += other.squares_ + delta * delta * (ours * theirs / (ours + theirs));
    count_ += other.count_;
  }
  std::uint64_t count() const { return count_; }
  // Of a sample: divided by one less than the count; 0 of less than two numbers.
  double variance() const { return count_ <= 1 ? 0.0 : squares_ / static_cast<double>(count_ - 1); }
  double deviation() const { return std::sqrt(variance()); }

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // the sum of squared differences from the mean
};

// Over numbers of any kind; a decimal among them makes the result one. NaN of none.
Datum mean_of(std::span<const Datum> numbers, Evaluation& evaluation);
Datum variance_of(std::span<const Datum> numbers, Evaluation& evaluation);

// Of numbers in compare()'s order: the middle one as a float, or the mean of the two; NaN of none. Over a GROUP the engine
// gives the middle number as it is, and NONE of none.
double median_of_sorted(std::span<const Datum> numbers);
// Between neighbours by their distance; NaN of none, and outside of 0 to 100.
double percentile_of_sorted(std::span<const Datum> numbers, double percent);

}  // namespace millrace::surrealql

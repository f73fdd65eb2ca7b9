// SPDX-License-Identifier: Apache-2.0
//
// Sums that do not depend on the order of what is added, so that workers may add in any: whole numbers in 128 bits, floats with
// twice a double's precision (Knuth's TwoSum and Dekker's TwoProduct, 1969 and 1971), decimals as decimals. The engine adds in
// the records' order with a double's: it may differ from this in its last digits.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/surrealql/operations.h"

namespace millrace::surrealql {

__extension__ using Int128 = __int128;  // GCC's and Clang's

// An unevaluated sum of two doubles.
struct DoubleDouble {
  double high = 0;
  double low = 0;

  void add(double value) {
    const double sum = high + value;
    const double back = sum - high;
    const double error = (high - (sum - back)) + (value - back);
    // What is no number, or no longer one, stays so.
    high = sum;
    if (std::isfinite(sum)) low += error;
  }
  void add(const DoubleDouble& other) {
    add(other.high);
    low += other.low;
  }
  void add_square(double value) {
    const double square = value * value;
    add(square);
    if (std::isfinite(square)) low += std::fma(value, value, -square);
  }
  double value() const { return high + low; }
};

class NumberSum {
 public:
  void add(const Datum& number, Evaluation& scratch);
  void merge(const NumberSum& other, Evaluation& scratch);
  // An int when all were ints (a decimal when 64 bits do not hold it), a decimal when one was, else a float.
  Datum value(Arena& arena) const;
  double real() const;
  // To put it aside, and back: of ints alone a few bytes.
  void append_stored(std::string& out) const;
  void read_stored(std::string_view& in);

 private:
  void add_decimal(const Datum& number, Evaluation& scratch);

  Int128 integers_ = 0;
  DoubleDouble reals_;
  Decimal96 decimals_;
  bool has_reals_ = false;
  bool has_decimals_ = false;
};

}  // namespace millrace::surrealql

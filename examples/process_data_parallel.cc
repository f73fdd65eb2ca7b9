// SPDX-License-Identifier: Apache-2.0
//
// The same on all cores, in the points' order. It improves on a parallel iterator: small inputs never pay for waking a core, the
// exception that comes out is the first one's, a stop token stops it, and results are built in place.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "millrace/millrace.h"

struct DataPoint {
  int number;
};

std::string process_point(const DataPoint& point) {
  if (point.number < 0) throw std::invalid_argument("point " + std::to_string(point.number) + " is negative");
  return "point " + std::to_string(point.number);
}

int main() {
  std::vector<DataPoint> points;
  for (int i = 0; i < 100'000; ++i) points.push_back({i});

  const auto processed = millrace::process_data_parallel(points, process_point);
  std::printf("%zu results, the last one '%s'\n", processed.size(), processed.back().c_str());

  points[500].number = -1;
  points[90'000].number = -2;
  std::string first_error;
  try {
    millrace::process_data_parallel(points, process_point);
  } catch (const std::invalid_argument& error) {
    first_error = error.what();
  }
  std::printf("%s\n", first_error.c_str());
  return processed.back() == "point 99999" && first_error == "point -1 is negative" ? 0 : 1;
}

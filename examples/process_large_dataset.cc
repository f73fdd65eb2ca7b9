// SPDX-License-Identifier: Apache-2.0
//
// Processes a data set into memory of exactly the results' size. It improves on a vector that reserves: nothing is initialised before
// it is built, results need neither a default constructor nor a move, large memory comes in large pages, and the array cannot grow.
#include <cstdio>
#include <vector>

#include "millrace/millrace.h"

struct DataPoint {
  double x, y;
};

class Processed {
 public:
  explicit Processed(const DataPoint& point) : distance(point.x * point.x + point.y * point.y) {}
  Processed(const Processed&) = delete;  // a vector could not hold it
  const double distance;
};

int main() {
  std::vector<DataPoint> points;
  for (int i = 0; i < 100'000; ++i) points.push_back({1.0 * i, 2.0 * i});

  const auto processed = millrace::process_large_dataset(points, [](const DataPoint& point) { return Processed(point); });

  std::printf("%zu results, the last one %.0f\n", processed.size(), processed.back().distance);
  return processed.size() == 100'000 && processed.back().distance == 5.0 * 99'999 * 99'999 ? 0 : 1;
}

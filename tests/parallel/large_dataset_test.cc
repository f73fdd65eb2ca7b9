// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/large_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace {
namespace {

using ::testing::ElementsAre;

struct DataPoint {
  double x = 0;
  double y = 0;
};

TEST(LargeDatasetTest, gives_a_result_for_each_point_in_order) {
  const std::vector<DataPoint> points{{1, 2}, {3, 4}, {5, 6}};
  EXPECT_THAT(process_large_dataset(std::span<const DataPoint>(points), [](const DataPoint& point) { return point.x * point.y; }),
              ElementsAre(2, 12, 30));
  EXPECT_THAT(process_large_dataset(points, &DataPoint::y), ElementsAre(2, 4, 6));
  EXPECT_THAT(process_large_dataset(std::array{1, 2}, [](int x) { return std::to_string(x); }), ElementsAre("1", "2"));
  EXPECT_TRUE(process_large_dataset(std::vector<DataPoint>(), &DataPoint::x).empty());
}

// Stays where it was made.
struct Pinned {
  explicit Pinned(int n) : number(n), at(this) { ++alive; }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned() { --alive; }
  int number;
  const Pinned* at;
  static inline int alive = 0;
};

TEST(LargeDatasetTest, results_are_built_where_they_stay) {
  const std::vector<int> numbers{1, 2, 3};
  const auto results = process_large_dataset(numbers, [](int number) { return Pinned(number); });
  for (const Pinned& result : results) EXPECT_EQ(result.at, &result);
  EXPECT_EQ(results[2].number, 3);
}

TEST(LargeDatasetTest, what_was_built_is_destroyed_when_the_function_throws) {
  const std::vector<int> numbers{1, 2, 3};
  const auto third_throws = [](int number) {
    if (number == 3) throw std::runtime_error("three");
    return Pinned(number);
  };
  EXPECT_THROW(process_large_dataset(numbers, third_throws), std::runtime_error);
  EXPECT_EQ(Pinned::alive, 0);
}

}  // namespace
}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/assert.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Assert, passes_over_what_holds) {
  int evaluations = 0;
  MILLRACE_ASSERT(++evaluations == 1);
  EXPECT_EQ(evaluations, 1);
}

TEST(AssertDeathTest, ends_the_process_with_the_condition_and_its_place) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const int rooms = 12;
  EXPECT_DEATH(MILLRACE_ASSERT(rooms == 13), "assert_test.cc:[0-9]+: rooms == 13 does not hold");
}

}  // namespace
}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/byte_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(ByteBudget, has_room_for_anything_when_nothing_is_held) {
  ByteBudget budget(100);
  budget.wait_for_room(1000);
  budget.hold(1000);
  EXPECT_EQ(budget.held(), 1000u);
}

TEST(ByteBudget, has_room_up_to_its_size) {
  ByteBudget budget(100);
  budget.hold(60);
  budget.wait_for_room(40);
}

TEST(ByteBudget, makes_wait_until_enough_is_released) {
  ByteBudget budget(100);
  budget.hold(60);
  budget.hold(30);
  std::future<void> room = std::async(std::launch::async, [&] { budget.wait_for_room(50); });
  EXPECT_EQ(room.wait_for(20ms), std::future_status::timeout);
  budget.release(30);
  EXPECT_EQ(room.wait_for(20ms), std::future_status::timeout);  // 110 would be held
  budget.release(60);
  room.get();
}

TEST(ByteBudget, a_stop_ends_the_waiting_for_good) {
  ByteBudget budget(100);
  budget.hold(100);
  std::future<void> room = std::async(std::launch::async, [&] { budget.wait_for_room(1); });
  budget.stop();
  room.get();
  budget.wait_for_room(1);
}

TEST(ByteBudgetDeathTest, what_was_not_held_cannot_be_released) {
  ByteBudget budget(100);
  budget.hold(1);
  EXPECT_DEATH(budget.release(2), "");
}

}  // namespace
}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <optional>
#include <thread>
#include <vector>

namespace millrace::net {
namespace {

using std::chrono::milliseconds;

TEST(Loop, runs_tasks_in_the_order_they_were_posted) {
  Loop loop;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
  loop.run([] {});
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(Loop, run_from_its_own_thread_is_done_in_place) {
  Loop loop;
  bool inner = false;
  loop.run([&] {
    EXPECT_TRUE(loop.is_current());
    loop.run([&] { inner = true; });
  });
  EXPECT_TRUE(inner);
  EXPECT_FALSE(loop.is_current());
}

TEST(Loop, drops_what_is_posted_and_never_run) {
  auto kept = std::make_shared<int>(1);
  {
    Loop loop;
    loop.post([&loop, kept] { loop.post([kept] {}); });
  }
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(Timer, fires_once_after_its_delay) {
  Loop loop;
  std::promise<std::chrono::steady_clock::time_point> fired;
  const auto start = std::chrono::steady_clock::now();
  std::optional<Timer> timer;
  loop.run([&] {
    timer.emplace(loop);
    timer->start(milliseconds(20), [&] { fired.set_value(std::chrono::steady_clock::now()); });
  });
  EXPECT_GE(fired.get_future().get() - start, milliseconds(20));
  loop.run([&] { timer.reset(); });
}

TEST(Timer, does_not_fire_when_it_was_cancelled_or_started_anew_though_already_due) {
  Loop loop;
  int early = 0;
  std::promise<void> late;
  std::optional<Timer> cancelled;
  std::optional<Timer> renewed;
  loop.run([&] {
    cancelled.emplace(loop);
    renewed.emplace(loop);
    cancelled->start(milliseconds(0), [&] { ++early; });
    renewed->start(milliseconds(0), [&] { ++early; });
    std::this_thread::sleep_for(milliseconds(5));  // both are due now, and their handlers wait for this task to end
    cancelled->cancel();
    renewed->start(milliseconds(10), [&] { late.set_value(); });
  });
  late.get_future().get();
  EXPECT_EQ(early, 0);
  loop.run([&] {
    cancelled.reset();
    renewed.reset();
  });
}

}  // namespace
}  // namespace millrace::net

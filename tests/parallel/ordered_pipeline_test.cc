// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/ordered_pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <chrono>
#include <memory>
#include <vector>

namespace millrace::parallel {
namespace {

using Pipeline = OrderedPipeline<int, std::unique_ptr<int>>;

Pipeline::Make count_to(int end) {
  return [end, next = 0]() mutable { return next < end ? std::optional(next++) : std::nullopt; };
}

TEST(OrderedPipeline, gives_results_in_the_order_of_their_making) {
  // Work that takes longer for even items, so that odd ones overtake.
  Pipeline pipeline({.workers = 4, .window = 8}, count_to(2000), [](std::size_t, int item) {
    volatile int spin = item % 2 == 0 ? 2000 : 1;
    while (spin > 0) spin = spin - 1;
    return std::make_unique<int>(item);
  });
  for (int expected = 0; expected < 2000; ++expected) {
    auto result = pipeline.take();
    ASSERT_TRUE(result);
    ASSERT_EQ(**result, expected);
  }
  EXPECT_FALSE(pipeline.take());
}

TEST(OrderedPipeline, makes_no_more_than_the_window_ahead_of_the_taker) {
  std::atomic<int> made = 0;
  std::latch filled(3);
  Pipeline pipeline({.workers = 2, .window = 3}, [&, next = 0]() mutable -> std::optional<int> {
    ++made;
    if (next < 3) filled.count_down();
    return next++;
  }, [](std::size_t, int item) { return std::make_unique<int>(item); });
  filled.wait();
  EXPECT_EQ(made, 3);  // a fourth would need room, which only take() makes
  pipeline.take();
  pipeline.stop();
  EXPECT_LE(made, 4);
}

TEST(OrderedPipeline, an_input_without_items_ends_at_once) {
  Pipeline pipeline({.workers = 2, .window = 2}, count_to(0), [](std::size_t, int item) { return std::make_unique<int>(item); });
  EXPECT_FALSE(pipeline.take());
  EXPECT_FALSE(pipeline.try_take());
}

TEST(OrderedPipeline, ends_while_results_are_left) {
  Pipeline pipeline({.workers = 3, .window = 5}, count_to(1'000'000), [](std::size_t, int item) { return std::make_unique<int>(item); });
  EXPECT_TRUE(pipeline.take());
}

TEST(OrderedPipeline, tells_each_worker_its_number) {
  std::atomic<bool> out_of_range = false;
  Pipeline pipeline({.workers = 3, .window = 6}, count_to(300), [&](std::size_t worker, int item) {
    if (worker >= 3) out_of_range = true;
    return std::make_unique<int>(item);
  });
  while (pipeline.take()) {
  }
  EXPECT_FALSE(out_of_range);
}

TEST(OrderedPipeline, workers_take_results_in_order_and_one_at_a_time) {
  std::atomic<int> taking = 0;
  std::vector<int> taken;  // no lock: each call is over before the next begins
  Pipeline pipeline({.workers = 4, .window = 8}, count_to(5000), [](std::size_t, int item) {
    volatile int spin = item % 3 == 0 ? 2000 : 1;
    while (spin > 0) spin = spin - 1;
    return std::make_unique<int>(item);
  }, [&](std::unique_ptr<int> result) {
    EXPECT_EQ(taking++, 0);
    taken.push_back(*result);
    --taking;
  });
  while (!pipeline.wait_for(std::chrono::hours(1))) {
  }
  ASSERT_EQ(taken.size(), 5000u);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(taken[i], i);
}

TEST(OrderedPipeline, a_worker_that_takes_may_stop_it) {
  std::vector<int> taken;
  Pipeline pipeline({.workers = 3, .window = 5}, count_to(1'000'000), [](std::size_t, int item) { return std::make_unique<int>(item); },
                    [&](std::unique_ptr<int> result) {
                      taken.push_back(*result);
                      if (*result == 100) pipeline.stop();
                    });
  while (!pipeline.wait_for(std::chrono::hours(1))) {
  }
  ASSERT_EQ(taken.size(), 101u);
  EXPECT_EQ(taken.back(), 100);
}

TEST(OrderedPipeline, is_over_at_once_when_there_is_nothing_to_take) {
  Pipeline pipeline({.workers = 2, .window = 2}, count_to(0), [](std::size_t, int item) { return std::make_unique<int>(item); },
                    [](std::unique_ptr<int>) { FAIL(); });
  EXPECT_TRUE(pipeline.wait_for(std::chrono::hours(1)));
}

}  // namespace
}  // namespace millrace::parallel

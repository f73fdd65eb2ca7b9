// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/parallel_map.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "parallel/counted.h"
#include "support/random.h"

namespace millrace::parallel {
namespace {

// A function whose cost is its first argument, and whose result the compiler does not know.
std::uint64_t spin(std::uint64_t steps, std::uint64_t value) {
  for (value += 1; steps > 0; --steps) value = (value ^ value >> 31) * 0x9e3779b97f4a7c15;
  return value;
}

std::vector<std::uint32_t> numbers(std::size_t count) {
  std::vector<std::uint32_t> made(count);
  std::iota(made.begin(), made.end(), 0u);
  return made;
}

TEST(MapCollect, gives_what_the_loop_gives_at_every_size) {
  for (const std::size_t count : {0u, 1u, 2u, 3u, 63u, 64u, 65u, 1000u, 4096u, 100'001u, 5'000'000u}) {
    const auto input = numbers(count);
    for (int again = 0; again < 40; ++again) {  // with a stamp and without
      const ExactArray<std::uint64_t> made = map_collect(input, [](std::uint32_t x) { return std::uint64_t{x} * x + 1; });
      ASSERT_EQ(made.size(), count);
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(made[i], std::uint64_t{i} * i + 1);
      if (count > 4096) break;
    }
  }
}

TEST(MapCollect, shares_work_that_is_worth_it) {
  if (core_count() < 2) GTEST_SKIP() << "this process may use one core: nothing is shared";
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::barrier both(2);
  // The second element can only end when another thread has begun one.
  std::atomic<int> begun = 0;
  const auto input = numbers(64);
  const auto made = map_collect(input, [&](std::uint32_t x) {
    if (x != 0 && begun.fetch_add(1) < 2) both.arrive_and_wait();
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    return spin(100'000, x);
  });
  EXPECT_EQ(made.size(), 64u);
  EXPECT_GT(threads.size(), 1u);
}

TEST(MapCollect, keeps_to_one_worker_when_told) {
  const auto caller = std::this_thread::get_id();
  std::atomic<int> others = 0;
  const auto input = numbers(50);
  map_collect(input, [&](std::uint32_t x) {
    if (std::this_thread::get_id() != caller) ++others;
    return spin(50'000, x);
  }, {.workers_max = 1});
  EXPECT_EQ(others, 0);
}

TEST(MapCollect, builds_in_place_what_can_neither_be_moved_nor_made_by_default) {
  {
    const auto input = numbers(20'000);
    const ExactArray<Fixed> made = map_collect(input, [](std::uint32_t x) { return Fixed(static_cast<int>(spin(50, x) % 1000)); });
    EXPECT_EQ(Fixed::alive, 20'000);
    for (std::size_t i = 0; i < made.size(); ++i) ASSERT_EQ(made[i].value, static_cast<int>(spin(50, i) % 1000));
  }
  EXPECT_EQ(Fixed::alive, 0);
}

TEST(MapCollect, results_may_be_of_any_kind) {
  struct alignas(128) Wide {
    std::uint64_t value;
  };
  const auto input = numbers(3000);
  const auto wide = map_collect(input, [](std::uint32_t x) { return Wide{spin(100, x)}; });
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wide.data()) % 128, 0u);
  EXPECT_EQ(wide[2999].value, spin(100, 2999));

  const auto owned = map_collect(input, [](std::uint32_t x) { return std::make_unique<std::string>(std::to_string(x)); });
  EXPECT_EQ(*owned[1234], "1234");

  const ExactArray<bool> odd = map_collect(input, [](std::uint32_t x) { return x % 2 == 1; });
  EXPECT_FALSE(odd[10]);
  EXPECT_TRUE(odd[11]);

  struct Named {
    std::string name;
  };
  const std::array<Named, 2> all = {Named{"a"}, Named{"b"}};
  const ExactArray<std::string> names = map_collect(all, &Named::name);  // what f refers to is copied
  EXPECT_EQ(names[1], "b");

  const std::string text = "abc";
  EXPECT_EQ(map_collect(text, [](char c) { return static_cast<char>(c + 1); })[2], 'd');
  EXPECT_TRUE(map_collect(std::vector<Fixed>(), [](const Fixed& one) { return one.value; }).empty());
}

// What a run of the plain loop throws: the lowest index.
std::size_t plain_loop_throws_at(const std::vector<bool>& throws_at) {
  return static_cast<std::size_t>(std::find(throws_at.begin(), throws_at.end(), true) - throws_at.begin());
}

TEST(MapCollect, throws_the_exception_of_the_lowest_index_and_destroys_everything) {
  test::Random random;
  for (int run = 0; run < 300; ++run) {
    const std::size_t count = 1 + random.below(run % 3 == 0 ? 20'000 : 300);
    std::vector<bool> throws_at(count);
    for (std::size_t i = random.below(4); i > 0; --i) throws_at[random.below(count)] = true;
    const std::size_t expected = plain_loop_throws_at(throws_at);
    const std::uint64_t cost = random.below(count > 1000 ? 100 : 3000);
    const auto input = numbers(count);
    std::atomic<std::size_t> called = 0;
    std::size_t thrown = count;
    try {
      const auto made = map_collect(input, [&](std::uint32_t x) {
        ++called;
        if (throws_at[x]) throw static_cast<std::size_t>(x);
        return Fixed(static_cast<int>(spin(cost, x) & 1));
      });
      ASSERT_EQ(Fixed::alive, static_cast<std::int64_t>(count));
    } catch (std::size_t at) {
      thrown = at;
    }
    ASSERT_EQ(thrown, expected);
    ASSERT_EQ(Fixed::alive, 0);
    ASSERT_GE(called, std::min(expected + 1, count));
  }
}

TEST(MapCollect, an_exception_that_came_first_gives_way_to_a_lower_one) {
  if (core_count() < 2) GTEST_SKIP() << "this process may use one core: nothing is shared";
  auto input = numbers(64);
  std::atomic<bool> is_thrown = false;
  const auto run = [&](std::uint32_t x) {
    if (x < 20) return static_cast<int>(spin(100'000, x) & 1);  // dear enough to be shared one by one
    if (x == 20) is_thrown.wait(false);                         // until one above has thrown, on another thread
    is_thrown = true;
    is_thrown.notify_all();
    throw x;
  };
  const auto thrown_by = [&](auto call) {
    is_thrown = false;
    try {
      call();
    } catch (std::uint32_t x) {
      return x;
    }
    return 0u;
  };
  EXPECT_EQ(thrown_by([&] { map_collect(input, [&](std::uint32_t x) { return Fixed(run(x)); }); }), 20u);
  EXPECT_EQ(thrown_by([&] { map_collect(input, run); }), 20u);
  EXPECT_EQ(thrown_by([&] { for_each(input, [&](std::uint32_t& x) { x += static_cast<std::uint32_t>(run(x)) * 0x10000; }); }), 20u);
  EXPECT_EQ(Fixed::alive, 0);
}

TEST(MapCollect, begins_nothing_new_long_after_a_failure) {
  // Half a minute of work on one core, of which one element makes an early end.
  const auto input = numbers(100'000);
  std::atomic<std::size_t> called = 0;
  EXPECT_THROW(map_collect(input, [&](std::uint32_t x) {
    ++called;
    if (x == 40) throw std::runtime_error("40");
    return std::make_unique<std::uint64_t>(spin(100'000, x));
  }), std::runtime_error);
  EXPECT_LT(called, 2000u);
}

TEST(MapCollect, stops_when_it_is_asked_to) {
  std::stop_source source;
  const auto input = numbers(100'000);
  std::atomic<std::size_t> called = 0;
  EXPECT_THROW(map_collect(input, [&](std::uint32_t x) {
    if (++called == 500) source.request_stop();
    return Fixed(static_cast<int>(spin(3000, x) & 1));
  }, {.stop = source.get_token()}), Stopped);
  EXPECT_EQ(Fixed::alive, 0);
  EXPECT_LT(called, 50'000u);

  called = 0;
  const auto count_call = [&](std::uint32_t) { return ++called, 1; };
  EXPECT_THROW(map_collect(input, count_call, {.stop = source.get_token()}), Stopped);
  EXPECT_THROW(map_collect(numbers(0), count_call, {.stop = source.get_token()}), Stopped);
  EXPECT_EQ(called, 0u);
}

TEST(MapCollect, that_was_done_before_the_stop_gives_its_results) {
  std::stop_source source;
  const auto made = map_collect(numbers(1), [&](std::uint32_t) { return source.request_stop(); }, {.stop = source.get_token()});
  EXPECT_TRUE(made[0]);
}

TEST(MapCollect, may_be_called_from_within_itself_with_a_lock_held) {
  std::mutex mutex;
  const auto outer = numbers(64);
  const auto inner = numbers(200);
  const auto made = map_collect(outer, [&](std::uint32_t x) {
    const std::lock_guard lock(mutex);  // who waits for the inner call must not begin another outer element
    const auto parts = map_collect(inner, [&](std::uint32_t y) { return spin(2000, x + y); });
    return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
  });
  std::uint64_t expected = 0;
  for (const auto y : inner) expected += spin(2000, 63 + y);
  EXPECT_EQ(made[63], expected);
}

TEST(MapCollect, an_exception_of_a_nested_call_comes_through) {
  const auto outer = numbers(100);
  std::size_t thrown = 0;
  try {
    map_collect(outer, [&](std::uint32_t x) {
      map_collect(outer, [&](std::uint32_t y) {
        if (x >= 17 && y >= 23) throw std::size_t{x * 1000 + y};
        return Fixed(static_cast<int>(spin(300, y) & 1));
      });
      return Fixed(1);
    });
  } catch (std::size_t at) {
    thrown = at;
  }
  EXPECT_EQ(thrown, 17'023u);
  EXPECT_EQ(Fixed::alive, 0);
}

TEST(MapCollect, may_be_called_by_several_threads_at_once) {
  std::latch ready(4);
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (std::uint32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const auto input = numbers(5000);
      ready.arrive_and_wait();
      for (int run = 0; run < 20; ++run) {
        const auto made = map_collect(input, [&](std::uint32_t x) { return spin(20, x + thread); });
        for (std::size_t i = 0; i < made.size(); ++i) wrong += made[i] != spin(20, i + thread);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(MapCollect, works_with_few_workers) {
  for (std::size_t workers = 1; workers < 5; ++workers) {
    const auto input = numbers(3000);
    const auto made = map_collect(input, [](std::uint32_t x) { return spin(500, x); }, {.workers_max = workers});
    for (std::size_t i = 0; i < made.size(); ++i) ASSERT_EQ(made[i], spin(500, i));
  }
}

TEST(ForEach, changes_every_element_once) {
  for (const std::size_t count : {0u, 1u, 100u, 30'000u}) {
    auto all = numbers(count);
    for (int again = 0; again < 3; ++again) for_each(all, [](std::uint32_t& x) { x += static_cast<std::uint32_t>(spin(50, 7) | 1); });
    const auto step = static_cast<std::uint32_t>(spin(50, 7) | 1);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(all[i], i + 3 * step);
  }
}

TEST(ForEach, throws_the_exception_of_the_lowest_index) {
  auto all = numbers(5000);
  for (int run = 0; run < 20; ++run) {
    std::size_t thrown = 0;
    try {
      for_each(all, [](std::uint32_t& x) {
        if (x > 2345 && spin(200, x) != 0) throw std::size_t{x};
      });
    } catch (std::size_t at) {
      thrown = at;
    }
    ASSERT_EQ(thrown, 2346u);
  }
}

TEST(RunRange, calls_with_each_index_once) {
  for (const std::size_t count : {0u, 1u, 77u, 100'000u}) {
    std::vector<std::atomic<int>> calls(count);
    run_range(count, [&](std::size_t begin, std::size_t end) {
      ASSERT_LT(begin, end);
      for (std::size_t i = begin; i < end; ++i) calls[i] += spin(100, i) != 0;
    });
    for (const auto& call : calls) ASSERT_EQ(call, 1);
  }
}

}  // namespace
}  // namespace millrace::parallel

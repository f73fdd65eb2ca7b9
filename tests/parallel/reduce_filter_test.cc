// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "millrace/parallel/parallel_map.h"
#include "millrace/parallel/process_data.h"
#include "parallel/counted.h"
#include "support/random.h"

namespace millrace::parallel {
namespace {

std::uint64_t spin(std::uint64_t steps, std::uint64_t value) {
  for (value += 1; steps > 0; --steps) value = (value ^ value >> 31) * 0x9e3779b97f4a7c15;
  return value;
}

std::vector<std::uint32_t> random_numbers(test::Random& random, std::size_t count) {
  std::vector<std::uint32_t> made(count);
  for (auto& number : made) number = static_cast<std::uint32_t>(random.bits());
  return made;
}

constexpr std::size_t sizes[] = {0, 1, 2, 33, 63, 64, 65, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097, 40'000, 300'000};

TEST(Reduce, of_integers_is_the_loops) {
  test::Random random;
  for (const std::size_t count : sizes) {
    const auto input = random_numbers(random, count);
    const std::uint64_t expected = std::accumulate(input.begin(), input.end(), std::uint64_t{0});
    for (int again = 0; again < 5; ++again) {
      ASSERT_EQ(reduce(input, std::uint64_t{0}, [](std::uint32_t x) { return x; }, std::plus()), expected);
      const auto slowly = [](std::uint32_t x) { return spin(20, x) != 0 ? x : 0; };
      ASSERT_EQ(reduce(input, std::uint64_t{0}, slowly, std::plus()), expected);
    }
  }
}

// Sums of numbers so unlike that each order of adding gives another.
TEST(Reduce, of_floating_point_is_the_same_whatever_the_threads_do) {
  test::Random random;
  for (const std::size_t count : sizes) {
    std::vector<double> input(count);
    for (auto& number : input) number = std::bit_cast<double>((random.bits() >> 12) | 0x3000000000000000u | (random.bits() & 0x0ff0000000000000u));
    const double once = reduce(input, 0.0, std::identity(), std::plus(), {.workers_max = 1});
    const auto slowly = [](double x) { return spin(300, 1) != 0 ? x : 0; };
    for (int again = 0; again < 5; ++again) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(reduce(input, 0.0, std::identity(), std::plus())), std::bit_cast<std::uint64_t>(once));
      ASSERT_EQ(std::bit_cast<std::uint64_t>(reduce(input, 0.0, slowly, std::plus())), std::bit_cast<std::uint64_t>(once));
    }
    if (count <= 1024) {
      ASSERT_EQ(once, std::accumulate(input.begin(), input.end(), 0.0));
    }
  }
}

// Subtraction and an average are not associative: brackets are those of the number of elements, however cheap the elements are found.
TEST(Reduce, of_integers_by_any_function_is_the_same_in_every_call) {
  test::Random random;
  for (const std::size_t count : sizes) {
    const auto input = random_numbers(random, count);
    const auto combine = [](std::uint64_t a, std::uint64_t b) { return a * 3 - b; };
    const std::uint64_t once = reduce(input, std::uint64_t{1}, std::identity(), combine, {.workers_max = 1});
    const auto slowly = [](std::uint32_t x) { return spin(100, x) != 0 ? x : 0; };
    for (int again = 0; again < 5; ++again) {
      ASSERT_EQ(reduce(input, std::uint64_t{1}, std::identity(), combine), once) << count;
      ASSERT_EQ(reduce(input, std::uint64_t{1}, slowly, combine), once) << count;
    }
  }
}

TEST(Reduce, keeps_the_order_of_what_does_not_commute) {
  for (const std::size_t count : {0u, 5u, 1000u, 5000u}) {
    std::vector<std::uint32_t> input(count);
    std::iota(input.begin(), input.end(), 0u);
    std::string expected = "^";
    for (const auto x : input) expected += std::to_string(x) + ",";
    const auto text = [](std::uint32_t x) { return spin(500, x) != 0 ? std::to_string(x) + "," : ""; };
    ASSERT_EQ(reduce(input, std::string("^"), text, std::plus()), expected);
  }
}

TEST(Reduce, throws_what_its_blocks_in_order_would_throw) {
  std::vector<std::uint32_t> input(20'000);
  std::iota(input.begin(), input.end(), 0u);
  for (int run = 0; run < 30; ++run) {
    std::string thrown;
    try {
      reduce(input, std::string(), [](std::uint32_t x) {
        if (x % 5000 == 4321 && spin(100, x) != 0) throw std::runtime_error(std::to_string(x));
        return spin(200, x) != 0 ? std::string(40, 'x') : "";
      }, [](std::string a, const std::string& b) { return a.size() < 4000 ? a + b : a; });
    } catch (const std::runtime_error& error) {
      thrown = error.what();
    }
    ASSERT_EQ(thrown, "4321");

    // 640 elements are combined before those of 3000 are: a combination that fails there is first.
    const auto limited = [](std::uint64_t a, std::uint64_t b) { return a + b > 640 ? throw std::runtime_error("too much") : a + b; };
    const auto failing = [](std::uint32_t x) { return x == 3000 ? throw std::runtime_error("3000") : std::uint64_t{spin(200, x) != 0}; };
    try {
      reduce(input, std::uint64_t{0}, failing, limited);
    } catch (const std::runtime_error& error) {
      thrown = error.what();
    }
    ASSERT_EQ(thrown, "too much");
  }
}

TEST(Reduce, stops_when_it_is_asked_to) {
  std::stop_source source;
  std::vector<std::uint32_t> input(50'000);
  std::atomic<std::size_t> called = 0;
  const auto count_call = [&](std::uint32_t x) {
    if (++called == 300) source.request_stop();
    return std::string(spin(2000, x) != 0, 'x');
  };
  EXPECT_THROW(reduce(input, std::string(), count_call, std::plus(), {.stop = source.get_token()}), Stopped);
  EXPECT_LT(called, 25'000u);
}

TEST(FilterCollect, gives_what_the_loop_gives) {
  test::Random random;
  for (const std::size_t count : sizes) {
    for (const std::uint32_t share : {0u, 1u, 50u, 99u, 100u}) {
      const auto input = random_numbers(random, count);
      const auto keep = [share](std::uint32_t x) { return x % 100 < share; };
      std::vector<std::uint64_t> expected;
      for (const auto x : input) {
        if (keep(x)) expected.push_back(std::uint64_t{x} * 3);
      }
      std::atomic<std::size_t> looked = 0;
      std::atomic<std::size_t> made = 0;
      const auto cheap = filter_collect(input, keep, [](std::uint32_t x) { return std::uint64_t{x} * 3; });
      const auto dear = filter_collect(
          input, [&](std::uint32_t x) { return ++looked, spin(20, x) != 0 && keep(x); },
          [&](std::uint32_t x) { return ++made, std::make_unique<std::uint64_t>(spin(20, x) != 0 ? std::uint64_t{x} * 3 : 0); });
      ASSERT_EQ(cheap.size(), expected.size());
      ASSERT_EQ(dear.size(), expected.size());
      ASSERT_EQ(looked, count);
      ASSERT_EQ(made, expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_TRUE(cheap[i] == expected[i] && *dear[i] == expected[i]);
    }
  }
}

TEST(FilterCollect, throws_the_exception_of_the_lowest_index_and_destroys_everything) {
  test::Random random;
  for (int run = 0; run < 300; ++run) {
    const std::size_t count = 1 + random.below(run % 3 == 0 ? 20'000 : 400);
    const std::size_t keep_throws = random.below(count * 2);
    const std::size_t f_throws = random.below(count * 2);
    const std::uint64_t cost = random.below(count > 1000 ? 60 : 1000);
    std::vector<std::uint32_t> input(count);
    std::iota(input.begin(), input.end(), 0u);
    const auto is_kept = [](std::size_t x) { return spin(1, x) % 3 != 0; };
    std::size_t expected = count;
    if (keep_throws < count) expected = keep_throws;
    if (f_throws < expected && is_kept(f_throws)) expected = f_throws;
    std::size_t thrown = count;
    try {
      const auto made = filter_collect(
          input,
          [&](std::uint32_t x) {
            if (x == keep_throws || (keep_throws < count && x == keep_throws + 3)) throw std::size_t{x};
            return spin(cost, x) != 0 && is_kept(x);
          },
          [&](std::uint32_t x) {
            if (x == f_throws || x == f_throws + 7) throw std::size_t{x};
            return Fixed(static_cast<int>(spin(cost, x) & 1));
          });
      ASSERT_EQ(Fixed::alive, static_cast<std::int64_t>(made.size()));
    } catch (std::size_t at) {
      thrown = at;
    }
    if (expected == count && f_throws + 7 < count && is_kept(f_throws + 7)) expected = f_throws + 7;
    if (expected > f_throws + 7 && is_kept(f_throws + 7)) expected = f_throws + 7;
    ASSERT_EQ(thrown, expected);
    ASSERT_EQ(Fixed::alive, 0);
  }
}

TEST(FilterCollect, stops_when_it_is_asked_to) {
  std::vector<std::uint32_t> input(50'000);
  std::iota(input.begin(), input.end(), 0u);
  std::stop_source first;
  std::atomic<std::size_t> called = 0;
  const auto fixed = [](std::uint32_t x) { return Fixed(static_cast<int>(spin(2000, x) & 1)); };
  EXPECT_THROW(filter_collect(input, [&](std::uint32_t x) {
    if (++called == 300) first.request_stop();
    return spin(2000, x) != 0;
  }, fixed, {.stop = first.get_token()}), Stopped);
  std::stop_source second;
  EXPECT_THROW(filter_collect(input, [](std::uint32_t) { return true; }, [&](std::uint32_t x) {
    if (x == 300) second.request_stop();
    return fixed(x);
  }, {.stop = second.get_token()}), Stopped);
  EXPECT_EQ(Fixed::alive, 0);
}

// What was not looked at because of the stop is not taken for kept, nor for left out.
TEST(FilterCollect, a_stop_and_an_exception_in_one_call_give_one_of_both) {
  std::vector<std::uint32_t> input(50'000);
  std::iota(input.begin(), input.end(), 0u);
  for (int run = 0; run < 20; ++run) {
    std::stop_source source;
    std::atomic<std::size_t> called = 0;
    const auto keep = [&](std::uint32_t x) {
      if (++called == 300) source.request_stop();
      if (x > 40'000) throw std::runtime_error("high");
      return spin(500, x) != 0;
    };
    bool threw = false;
    try {
      filter_collect(input, keep, [](std::uint32_t x) { return Fixed(static_cast<int>(x)); }, {.stop = source.get_token()});
    } catch (const Stopped&) {
      threw = true;
    } catch (const std::runtime_error&) {
      threw = true;
    }
    ASSERT_TRUE(threw);
    ASSERT_EQ(Fixed::alive, 0);
  }
}

TEST(ProcessDataParallel, processes_points_of_any_type) {
  struct Point {
    double x;
    double y;
  };
  const std::vector<Point> points = {{1, 2}, {3, 4}};
  const auto sums = process_data_parallel(points, [](const Point& point) { return point.x + point.y; });
  ASSERT_EQ(sums.size(), 2u);
  EXPECT_EQ(sums[1], 7);
  const std::span<const Point> none;
  EXPECT_TRUE(process_data_parallel(none, &Point::x).empty());
}

}  // namespace
}  // namespace millrace::parallel

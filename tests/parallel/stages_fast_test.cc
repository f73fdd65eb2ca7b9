// SPDX-License-Identifier: Apache-2.0
//
// The fast form, with the best instructions of this machine and with the portable ones: its rules, and what is hard for it.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

#include "millrace/parallel/in_parallel.h"
#include "millrace/parallel/stages.h"
#include "support/random.h"

namespace millrace::parallel {
namespace {

using test::Random;

constexpr Instructions both[] = {Instructions::best, Instructions::portable};

TEST(FastStages, every_mask_of_eight) {
  for (std::size_t size : {std::size_t{64}, std::size_t{256}}) {
    for (unsigned mask = 0; mask < 256; ++mask) {
      std::vector<std::int32_t> data;
      for (std::size_t i = 0; i < size; ++i) data.push_back((mask >> i % 8 & 1) != 0 ? static_cast<std::int32_t>(i + 1) : -static_cast<std::int32_t>(i));
      const auto check = [&]<class V>(V) {
        const auto positive = [](std::int32_t x) { return x > 0; };
        const auto narrow = [](std::int32_t x) { return static_cast<V>(x); };
        const auto expected = from(data) | keep(positive) | map(narrow) | collect();
        for (const Instructions instructions : both) EXPECT_EQ(from(data, instructions) | keep(pure(positive)) | map(pure(narrow)) | collect(), expected);
      };
      check(std::int8_t{});
      check(std::int16_t{});
      check(std::int32_t{});
      check(std::int64_t{});
    }
  }
}

TEST(FastStages, floating_numbers_keep_their_rules) {
  const float nan = std::nanf("");
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> data(1000, nan);
  for (const Instructions instructions : both) {
    EXPECT_TRUE(std::isnan((from(data, instructions) | min()).value()));
    EXPECT_TRUE(std::isnan((in_parallel(data, {}, instructions) | max()).value()));
    EXPECT_EQ(from(data, instructions) | keep(pure([](float x) { return x == x; })) | min(), std::nullopt);
    data[777] = infinity;
    EXPECT_EQ(from(data, instructions) | min(), infinity);
    EXPECT_EQ(from(data, instructions) | max(), infinity);
    data[777] = nan;
    data[998] = -3;
    EXPECT_EQ(from(data, instructions) | min(), -3.0f);
    EXPECT_EQ(from(data, instructions) | max(), -3.0f);
    EXPECT_EQ(from(data, instructions) | keep(pure([](float x) { return x < 0; })) | sum(), -3.0) << "what is dropped is not added, NaN neither";
    data[998] = nan;
  }
}

TEST(FastStages, extremes_at_the_ends_of_their_type) {
  for (const Instructions instructions : both) {
    std::vector<std::int16_t> data(300, std::numeric_limits<std::int16_t>::max());
    EXPECT_EQ(from(data, instructions) | min(), std::numeric_limits<std::int16_t>::max());
    data.assign(300, std::numeric_limits<std::int16_t>::min());
    EXPECT_EQ(from(data, instructions) | max(), std::numeric_limits<std::int16_t>::min());
    EXPECT_EQ(from(data, instructions) | sum(), 300 * std::int64_t{std::numeric_limits<std::int16_t>::min()});
    const std::vector<std::uint32_t> most(1000, std::numeric_limits<std::uint32_t>::max());
    EXPECT_EQ(from(most, instructions) | sum(), 1000 * std::uint64_t{std::numeric_limits<std::uint32_t>::max()});
    const std::vector<std::int32_t> least(1000, std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(from(least, instructions) | sum(), 1000 * std::int64_t{std::numeric_limits<std::int32_t>::min()});
    const std::vector<std::int8_t> bytes(1000, std::int8_t{-128});
    EXPECT_EQ(from(bytes, instructions) | sum(), -128'000);
    EXPECT_EQ(from(std::vector<std::uint8_t>(1000, 255), instructions) | sum(), 255'000u);
  }
}

// Pure sums of floating numbers are the same to the last bit with any instructions and on any number of cores.
TEST(FastStages, floating_sums_are_the_same_every_time) {
  Random random;
  for (int round = 0; round < 20; ++round) {
    std::vector<double> data;
    for (std::size_t i = random.below(100'000); i > 0; --i) data.push_back(std::ldexp(static_cast<double>(random.bits() >> 11), -static_cast<int>(random.below(100))));
    const auto chain = keep(pure([](double x) { return x > 1e-9; })) | map(pure([](double x) { return x / 3; }));
    const double best = from(data) | chain | sum();
    const auto bits = std::bit_cast<std::uint64_t>(best);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(from(data, Instructions::portable) | chain | sum()), bits);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(in_parallel(data) | chain | sum()), bits);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(in_parallel(data, {.workers_max = 1}) | chain | sum()), bits);
    const auto plain = keep([](double x) { return x > 1e-9; }) | map([](double x) { return x / 3; });
    EXPECT_NEAR(best, from(data) | plain | sum(), 1e-9 * best);
    EXPECT_EQ(in_parallel(data) | plain | sum(), in_parallel(data, {.workers_max = 1}) | plain | sum());
  }
}

TEST(FastStages, only_where_every_stage_promises) {
  const std::vector<int> numbers = {1, 0, 2};
  const auto is_not_zero = [](int x) { return x != 0; };
  const auto reciprocal = [](int x) { return 100 / x; };  // traps where x is 0
  EXPECT_EQ(from(numbers) | keep(pure(is_not_zero)) | map(reciprocal) | sum(), 150);
  static_assert(!decltype(from(numbers) | keep(pure(is_not_zero)) | map(reciprocal))::is_fast);
  static_assert(decltype(from(numbers) | keep(pure(is_not_zero)))::is_fast);
  static_assert(!decltype(from(std::views::iota(1, 4)) | keep(pure(is_not_zero)))::is_fast, "no array");
  static_assert(!decltype(from(numbers) | map(pure([](int x) { return std::to_string(x); })))::is_fast, "not trivially copyable");
  static_assert(!decltype(from(numbers) | keep(pure(is_not_zero)) | take(1))::is_fast);
  struct Point {
    int x;
    bool is_set;
  };
  static_assert(decltype(from(std::vector<Point>()) | keep(&Point::is_set) | map(&Point::x))::is_fast, "to read a member is pure");
}

}  // namespace
}  // namespace millrace::parallel

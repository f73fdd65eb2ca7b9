// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/in_parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "parallel/counted.h"
#include "support/random.h"

namespace millrace::parallel {
namespace {

using test::Random;

constexpr std::size_t sizes[] = {0, 1, 2, 127, 128, 129, 4096, 100'000};

// Dear enough for the other cores to be woken.
std::uint64_t hash_of(std::uint64_t x) {
  for (int i = 0; i < 100; ++i) x = (x ^ x >> 31) * 0x9e3779b97f4a7c15;
  return x;
}

std::vector<std::uint64_t> up_to(std::size_t n) {
  std::vector<std::uint64_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
  return numbers;
}

constexpr auto is_picked = [](std::uint64_t hash) { return hash % 3 == 0; };

TEST(InParallel, every_end_gives_what_from_gives) {
  for (const std::size_t size : sizes) {
    SCOPED_TRACE(size);
    const std::vector<std::uint64_t> numbers = up_to(size);
    const auto chain = map(hash_of) | keep(is_picked);
    EXPECT_EQ(in_parallel(numbers) | chain | collect(), from(numbers) | chain | collect());
    EXPECT_EQ(in_parallel(numbers) | map(hash_of) | collect(), from(numbers) | map(hash_of) | collect());
    EXPECT_EQ(in_parallel(numbers) | chain | sum(), from(numbers) | chain | sum());
    EXPECT_EQ(in_parallel(numbers) | chain | count(), from(numbers) | chain | count());
    EXPECT_EQ(in_parallel(numbers) | chain | min(), from(numbers) | chain | min());
    EXPECT_EQ(in_parallel(numbers) | chain | max(), from(numbers) | chain | max());
    EXPECT_EQ(in_parallel(numbers) | chain | reduce(std::uint64_t{0}, std::bit_xor()), from(numbers) | chain | reduce(std::uint64_t{0}, std::bit_xor()));
    EXPECT_EQ(in_parallel(numbers, {.workers_max = 1}) | chain | collect(), from(numbers) | chain | collect());
  }
}

TEST(InParallel, order_is_kept_where_it_matters) {
  const std::vector<std::uint64_t> numbers = up_to(20'000);
  const auto text = map([](std::uint64_t x) { return std::to_string(hash_of(x) % 1000); });
  EXPECT_EQ(in_parallel(numbers) | text | collect(), from(numbers) | text | collect());
  EXPECT_EQ(in_parallel(numbers) | keep(is_picked) | text | collect(), from(numbers) | keep(is_picked) | text | collect());
  EXPECT_EQ(in_parallel(numbers) | text | sum(), from(numbers) | text | sum()) << "one string behind the other";
  const auto last_digit = [](std::uint64_t x) { return hash_of(x) % 10; };
  EXPECT_EQ(in_parallel(numbers) | min({}, last_digit), from(numbers) | min({}, last_digit)) << "the first of equals";
  EXPECT_EQ(in_parallel(numbers) | max({}, last_digit), from(numbers) | max({}, last_digit));
}

TEST(InParallel, owns_what_is_moved_in_and_gives_what_cannot_move) {
  EXPECT_EQ(in_parallel(up_to(1000)) | sum(), 499'500u);
  {
    const ExactArray<Fixed> fixed = in_parallel(up_to(5000)) | map([](std::uint64_t x) { return Fixed(static_cast<int>(hash_of(x) % 7)); }) | collect();
    EXPECT_EQ(fixed.size(), 5000u);
    EXPECT_EQ(Fixed::alive, 5000);
    EXPECT_EQ(in_parallel(fixed) | map(&Fixed::value) | sum(), from(fixed) | map(&Fixed::value) | sum()) << "and an ExactArray is a source";
  }
  EXPECT_EQ(Fixed::alive, 0);
}

// What collect() builds behind keep(), with an exception at some elements: the lowest one's, and nothing is left.
TEST(InParallel, the_lowest_exception_passes_and_nothing_leaks) {
  Random random;
  const std::vector<std::uint64_t> numbers = up_to(5000);
  for (int round = 0; round < 20; ++round) {
    const std::size_t lowest = random.below(numbers.size());
    const std::size_t other = lowest + random.below(numbers.size() - lowest);
    const auto counted = map([&](std::uint64_t x) {
      if (x == lowest || x == other) throw std::runtime_error(std::to_string(x));
      return std::make_unique<Fixed>(static_cast<int>(hash_of(x) % 2));
    });
    for (const bool drops : {false, true}) {
      try {
        if (drops) {
          static_cast<void>(in_parallel(numbers) | counted | keep(&Fixed::value) | collect());
        } else {
          static_cast<void>(in_parallel(numbers) | counted | collect());
        }
        FAIL() << "nothing was thrown";
      } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), std::to_string(lowest));
      }
      EXPECT_EQ(Fixed::alive, 0);
    }
    EXPECT_THROW(static_cast<void>(in_parallel(numbers) | counted | count()), std::runtime_error);
    EXPECT_EQ(Fixed::alive, 0);
  }
}

TEST(InParallel, stops_when_it_is_asked_to) {
  const std::vector<std::uint64_t> numbers = up_to(100'000);
  std::stop_source stop;
  std::atomic<int> calls = 0;
  const auto stopping = map([&](std::uint64_t x) {
    if (++calls == 100) stop.request_stop();
    return std::make_unique<Fixed>(static_cast<int>(hash_of(x) % 2));
  });
  EXPECT_THROW(static_cast<void>(in_parallel(numbers, {.stop = stop.get_token()}) | stopping | keep(&Fixed::value) | collect()), Stopped);
  EXPECT_LT(calls, 100'000);
  EXPECT_EQ(Fixed::alive, 0);
  EXPECT_THROW(static_cast<void>(in_parallel(numbers, {.stop = stop.get_token()}) | sum()), Stopped);
}

}  // namespace
}  // namespace millrace::parallel

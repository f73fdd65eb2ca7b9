// SPDX-License-Identifier: Apache-2.0
//
// The fast form, with the best instructions of this machine and with the portable ones, and the stages on all cores, against the
// plain loop: random data, chains and sizes around the edges of blocks.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "millrace/parallel/in_parallel.h"
#include "millrace/parallel/stages.h"
#include "support/random.h"

namespace millrace::parallel {
namespace {

using test::Random;

constexpr Instructions both[] = {Instructions::best, Instructions::portable};

// Without a default constructor, and of 16 and 12 bytes.
struct Wide {
  explicit Wide(std::int64_t of) : value(of), again(of) {}
  friend auto operator<=>(const Wide&, const Wide&) = default;
  std::int64_t value, again;
};
struct Odd {
  explicit Odd(std::int64_t of) : value(static_cast<std::int32_t>(of)), more{static_cast<std::int32_t>(of), 7} {}
  friend auto operator<=>(const Odd&, const Odd&) = default;
  std::int32_t value, more[2];
};
template <class T>
constexpr bool is_class = std::is_class_v<T>;

template <class T>
double as_double(const T& x) {
  if constexpr (is_class<T>) return static_cast<double>(x.value);
  else return static_cast<double>(x);
}

// Small whole numbers: any sum of them is exact in every type, in any order.
template <class T>
std::vector<T> random_data(Random& random, std::size_t size) {
  std::vector<T> data;
  for (std::size_t i = 0; i < size; ++i) {
    const auto number = static_cast<std::int64_t>(random.below(61)) - (std::is_unsigned_v<T> ? 0 : 30);
    data.push_back(static_cast<T>(number));
  }
  if (random.one_in(3)) std::ranges::sort(data, {}, as_double<T>);
  return data;
}

std::size_t random_size(Random& random) {
  constexpr std::size_t edges[] = {0, 1, 7, 8, 9, 63, 64, 65, 128, 191, 255, 256, 257, 512, 1024, 16383, 16384, 16385, 40000};
  return random.one_in(2) ? edges[random.below(std::size(edges))] : random.below(3000);
}

// What a plain loop makes of the survivors.
template <class V>
struct Plain {
  std::vector<V> survivors;
  template <class X>
  void operator()(X&& x) {
    survivors.emplace_back(std::forward<X>(x));
  }
};

template <class V>
void expect_numbers(const auto& from_best, const std::vector<V>& expected) {
  if constexpr (!is_class<V>) {
    double total = 0;
    for (const V x : expected) total += static_cast<double>(x);
    EXPECT_EQ(static_cast<double>(from_best() | sum()), total);
    const auto least = std::ranges::min_element(expected);
    const auto greatest = std::ranges::max_element(expected);
    EXPECT_EQ(from_best() | min(), least == expected.end() ? std::nullopt : std::optional(*least));
    EXPECT_EQ(from_best() | max(), greatest == expected.end() ? std::nullopt : std::optional(*greatest));
    EXPECT_EQ(from_best() | reduce(0.0, [](double all, double x) { return all + x; }), total);
  }
  EXPECT_EQ(from_best() | count(), expected.size());
}

// Nothing is written behind room for data.size() elements.
template <class T, class Chain>
void expect_collect_into(const std::vector<T>& data, const Chain& chain, const auto& expected, Instructions instructions) {
  using V = typename Chain::template Value<const T&>;
  constexpr std::size_t behind = 64;
  std::vector<std::byte> memory(data.size() * sizeof(V) + behind, std::byte{0x5a});
  V* const out = reinterpret_cast<V*>(memory.data());
  V* const end = chain.collect_into(std::span<const T>(data), out, instructions);
  ASSERT_EQ(static_cast<std::size_t>(end - out), expected.size());
  EXPECT_TRUE(std::equal(out, end, expected.begin()));
  EXPECT_TRUE(std::all_of(memory.end() - behind, memory.end(), [](std::byte b) { return b == std::byte{0x5a}; })) << "stored beyond its memory";
}

// `plain` is a lambda that pushes what the chain should keep of one element into a vector.
template <class T, class Chain>
void expect_like(const std::vector<T>& data, const Chain& chain, const auto& plain) {
  using V = typename Chain::template Value<const T&>;
  static_assert(decltype(from(std::declval<const std::vector<T>&>()) | std::declval<Chain>())::is_fast);
  std::vector<V> expected;
  for (const T& x : data) plain(x, expected);
  const std::size_t stop_after = expected.size() / 2;
  for (const Instructions instructions : both) {
    SCOPED_TRACE(::testing::Message() << data.size() << " elements, " << (instructions == Instructions::best ? "best" : "portable"));
    const auto collected = from(data, instructions) | chain | collect();
    ASSERT_EQ(collected.size(), expected.size());
    EXPECT_TRUE(std::ranges::equal(collected, expected));
    EXPECT_TRUE(std::ranges::equal(in_parallel(data, {}, instructions) | chain | collect(), expected));
    expect_collect_into(data, chain, expected, instructions);
    expect_numbers([&] { return from(data, instructions) | chain; }, expected);
    expect_numbers([&] { return in_parallel(data, {}, instructions) | chain; }, expected);
  }
  std::vector<V> seen;
  chain.run(data, [&](const V& x) {
    seen.push_back(x);
    return seen.size() < stop_after;
  });
  EXPECT_TRUE(std::ranges::equal(seen, expected | std::views::take(std::max<std::size_t>(stop_after, 1))));
}

template <class T>
class RandomStages : public ::testing::Test {};
using Types = ::testing::Types<std::int8_t, std::uint16_t, std::int32_t, std::uint64_t, float, double, Wide, Odd>;
TYPED_TEST_SUITE(RandomStages, Types);

TYPED_TEST(RandomStages, do_what_the_plain_loop_does) {
  using T = TypeParam;
  Random random;
  for (int round = 0; round < 60; ++round) {
    const std::vector<T> data = random_data<T>(random, random_size(random));
    const double low = static_cast<double>(random.below(80)) - 40;  // at the ends nothing or everything is kept
    const double high = low + static_cast<double>(random.below(40));
    const auto above = [low](const auto& x) { return as_double(x) > low; };
    const auto below = [high](const auto& x) { return as_double(x) <= high; };
    const auto half = [](const T& x) { return static_cast<T>(static_cast<std::int64_t>(as_double(x)) / 2); };
    const auto widen = [](const T& x) { return 3 * as_double(x); };
    const auto narrow = [](const auto& x) { return static_cast<std::int16_t>(as_double(x)); };

    expect_like(data, keep(pure(above)) | map(pure(half)) | keep(pure(below)), [&](const T& x, auto& out) {
      if (above(x) && below(half(x))) out.push_back(half(x));
    });
    if constexpr (std::is_signed_v<T>) expect_like(data, map(pure(widen)) | keep(pure(above)) | keep(pure(below)) | map(pure(narrow)), [&](const T& x, auto& out) {
      if (above(widen(x)) && below(widen(x))) out.push_back(narrow(widen(x)));
    });
    if constexpr (sizeof(T) == 4) {
      expect_like(data, keep(pure(above)), [&](const T& x, auto& out) {
        if (above(x)) out.push_back(x);
      });
      expect_like(data, map(pure(half)), [&](const T& x, auto& out) { out.push_back(half(x)); });
    }
    if (this->HasFailure()) return;
  }
}

}  // namespace
}  // namespace millrace::parallel

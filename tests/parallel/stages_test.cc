// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/stages.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <ranges>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "parallel/counted.h"

namespace millrace::parallel {
namespace {

using std::chrono::seconds;

constexpr auto is_even = [](int x) { return x % 2 == 0; };
constexpr auto square = [](int x) { return x * x; };

std::vector<int> one_to(int n) {
  const auto numbers = std::views::iota(1, n + 1);
  return {numbers.begin(), numbers.end()};
}

template <class T>
std::vector<T> vector_of(ExactArray<T> array) {
  return std::move(array).to_vector();
}

struct Order {
  std::string name;
  int cents = 0;
  bool is_open = false;
  int twice() const { return 2 * cents; }
};

TEST(Stages, keep_and_map_in_any_number_and_order) {
  const std::vector<int> numbers = one_to(10);
  EXPECT_EQ(from(numbers) | sum(), 55);
  EXPECT_EQ(from(numbers) | keep(is_even) | map(square) | sum(), 4 + 16 + 36 + 64 + 100);
  EXPECT_EQ(from(numbers) | map(square) | keep([](int x) { return x > 20; }) | map([](int x) { return x + 0.5; }) | keep([](double x) { return x < 50; }) | sum(),
            25.5 + 36.5 + 49.5);
  EXPECT_EQ(vector_of(from(numbers) | keep(is_even) | keep([](int x) { return x > 4; }) | collect()), (std::vector{6, 8, 10}));
}

TEST(Stages, a_chain_is_a_value_that_joins_others) {
  const auto squares = keep(is_even) | map(square);
  const auto all = squares | map([](int x) { return std::to_string(x); });
  const std::vector<int> numbers = one_to(6);
  EXPECT_EQ(from(numbers) | squares | sum(), 56);
  EXPECT_EQ(vector_of(from(numbers) | all | collect()), (std::vector<std::string>{"4", "16", "36"}));
  const auto pipeline = from(numbers) | squares;
  EXPECT_EQ(pipeline | count(), 3u);
  EXPECT_EQ(pipeline | sum(), 56) << "twice from the same";
}

TEST(Stages, take_any_input_range) {
  const std::array<int, 3> fixed = {1, 2, 3};
  const int plain[] = {1, 2, 3};
  const std::deque<int> deque = {1, 2, 3};
  const std::forward_list<int> unsized = {1, 2, 3};
  const std::map<std::string, int> map_of = {{"a", 1}, {"b", 2}};
  const std::vector<bool> bits = {true, false, true};
  std::istringstream in("4 5 6");
  auto filtered = fixed | std::views::filter([](int x) { return x != 2; });  // begin() of it is not const
  EXPECT_EQ(from(fixed) | sum(), 6);
  EXPECT_EQ(from(plain) | sum(), 6);
  EXPECT_EQ(from(std::span(plain)) | sum(), 6);
  EXPECT_EQ(from(deque) | sum(), 6);
  EXPECT_EQ(from(unsized) | sum(), 6);
  EXPECT_EQ(from(std::views::iota(1, 4)) | sum(), 6);
  EXPECT_EQ(from(map_of) | map(&std::pair<const std::string, int>::second) | sum(), 3);
  EXPECT_EQ(from(bits) | sum(), 2u);
  EXPECT_EQ(from(filtered) | sum(), 4);
  EXPECT_EQ(vector_of(from(std::views::istream<int>(in)) | map(square) | collect()), (std::vector{16, 25, 36}));
  EXPECT_EQ(vector_of(from(unsized) | collect()), (std::vector{1, 2, 3}));
  EXPECT_TRUE((from(std::span<const int>()) | collect()).empty());
}

TEST(Stages, what_is_named_is_borrowed_and_what_is_moved_in_is_owned) {
  std::vector<std::unique_ptr<int>> owned;
  for (int x : one_to(5)) owned.push_back(std::make_unique<int>(x));
  const auto is_odd = [](const std::unique_ptr<int>& x) { return *x % 2 == 1; };

  EXPECT_EQ(from(owned) | map([](const std::unique_ptr<int>& x) { return *x; }) | sum(), 15);
  const int* const third = owned[2].get();
  ExactArray<std::unique_ptr<int>> odd = from(std::move(owned)) | keep(is_odd) | collect();
  ASSERT_EQ(odd.size(), 3u);
  EXPECT_EQ(odd[1].get(), third) << "elements move, they are not copied";

  std::vector<int> numbers = one_to(3);
  from(std::span(numbers)) | map([](int& x) -> int& { return ++x; }) | count();
  EXPECT_EQ(numbers, (std::vector{2, 3, 4})) << "a span is a view: what it shows is no rvalue, and may be changed";
  EXPECT_EQ(numbers, vector_of(from(numbers) | collect()));
}

TEST(Stages, map_to_references_and_members) {
  std::vector<Order> orders = {{"a", 100, true}, {"b", 250, false}, {"c", 50, true}};
  EXPECT_EQ(from(orders) | keep(&Order::is_open) | map(&Order::cents) | sum(), 150);
  EXPECT_EQ(from(orders) | map(&Order::twice) | sum(), 800);
  EXPECT_EQ(from(orders) | keep(std::logical_not(), &Order::is_open) | map(&Order::name) | first(), "b");
  EXPECT_EQ((from(orders) | min({}, &Order::cents))->name, "c");
  EXPECT_EQ((from(orders) | max(std::ranges::less(), &Order::twice))->name, "b");

  from(orders) | map(&Order::name) | map([](std::string& name) -> std::string& { return name += "!"; }) | count();
  EXPECT_EQ(orders[2].name, "c!") << "a reference goes through the whole chain";
  static_assert(std::is_same_v<decltype(from(orders) | map(&Order::name) | collect()), ExactArray<std::string>>);
}

TEST(Stages, functions_may_have_state_and_change_it) {
  const std::vector<int> numbers = one_to(10);
  EXPECT_EQ(vector_of(from(numbers) | keep([seen = 0](int) mutable { return ++seen % 3 == 0; }) | collect()), (std::vector{3, 6, 9}));
  EXPECT_EQ(vector_of(from(one_to(4)) | map([total = 0](int x) mutable { return total += x; }) | collect()), (std::vector{1, 3, 6, 10}));
  auto chain = map([total = 0](int x) mutable { return total += x; });
  std::vector<int> got;
  chain.run(one_to(2), [&](int x) { got.push_back(x); });
  chain.run(one_to(2), [&](int x) { got.push_back(x); });
  EXPECT_EQ(got, (std::vector{1, 3, 4, 6})) << "and go on where the last run ended";
}

TEST(Stages, each_function_is_called_once_in_order_and_f_only_on_what_is_kept) {
  std::string calls;
  const auto noting = [&](char who, auto f) {
    return [&calls, who, f](int x) {
      calls += who + std::to_string(x) + " ";
      return f(x);
    };
  };
  const auto result = from(one_to(3)) | keep(noting('p', [](int x) { return x != 2; })) | map(noting('f', square)) |
                      keep(noting('q', [](int) { return true; })) | collect();
  EXPECT_EQ(calls, "p1 f1 q1 p2 p3 f3 q9 ");
  EXPECT_EQ(result.size(), 2u);
}

TEST(Stages, sums_are_wide) {
  const auto most = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(from(std::array{most, most, most}) | sum(), 3 * std::int64_t{most});
  EXPECT_EQ(from(std::array<std::uint8_t, 2>{255, 255}) | sum(), 510u);
  EXPECT_EQ(from(std::array{1.0e8f, 1.0f, -1.0e8f}) | sum(), 1.0);
  EXPECT_EQ(from(std::array{seconds(1), seconds(2)}) | sum(), seconds(3));
  EXPECT_EQ(from(std::array<std::string, 2>{"a", "b"}) | sum(), "ab");
  EXPECT_EQ(from(std::vector<std::string>()) | sum(), "");
  EXPECT_EQ(from(std::vector<double>()) | sum(), 0.0);
  static_assert(std::is_same_v<decltype(from(std::vector<short>()) | sum()), std::int64_t>);
  static_assert(std::is_same_v<decltype(from(std::vector<unsigned>()) | sum()), std::uint64_t>);
  static_assert(std::is_same_v<decltype(from(std::vector<float>()) | sum()), double>);

  constexpr auto big = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(from(std::array<std::int64_t, 2>{big, 2}) | sum(), std::numeric_limits<std::int64_t>::min() + 1) << "modulo 2^64, no trap";
  EXPECT_EQ(from(std::array<std::int64_t, 3>{big, 2, -2}) | sum(), big) << "exact when the sum itself fits";
}

TEST(Stages, least_and_greatest) {
  const double nan = std::nan("");
  EXPECT_EQ(from(std::array{3, 1, 2}) | min(), 1);
  EXPECT_EQ(from(std::array{3, 1, 2}) | max(), 3);
  EXPECT_EQ(from(std::array{3, 1, 2}) | max(std::greater()), 1);
  EXPECT_EQ(from(std::vector<int>()) | min(), std::nullopt);
  EXPECT_EQ(from(std::array{1, 3}) | keep(is_even) | max(), std::nullopt);
  EXPECT_EQ(from(std::array{nan, 2.0, nan, 1.0, nan}) | min(), 1.0) << "NaN is passed over";
  EXPECT_EQ(from(std::array{nan, 2.0, nan, 1.0, nan}) | max(), 2.0);
  EXPECT_TRUE(std::isnan((from(std::array{nan, nan}) | max()).value())) << "unless there is nothing else";
  EXPECT_EQ((from(std::vector<Order>{{"first", 1}, {"second", 1}}) | min({}, &Order::cents))->name, "first") << "the first of equals";
  EXPECT_EQ((from(std::vector<Order>{{"first", 1}, {"second", 1}}) | max({}, &Order::cents))->name, "first");
}

TEST(Stages, reduce_goes_from_left_to_right) {
  EXPECT_EQ(from(one_to(4)) | reduce(std::string(), [](std::string all, int x) { return std::move(all) + std::to_string(x); }), "1234");
  EXPECT_EQ(from(one_to(5)) | keep(is_even) | reduce(1, std::multiplies()), 8);
  const auto moved = from(one_to(3)) | reduce(std::make_unique<int>(0), [](std::unique_ptr<int> total, int x) {
                       *total += x;
                       return total;
                     });
  EXPECT_EQ(*moved, 6);
}

TEST(Stages, early_ends_read_no_further) {
  std::istringstream in("1 2 3 4 5 6 7 8 9");
  int next = 0;
  EXPECT_EQ(vector_of(from(std::views::istream<int>(in)) | keep(is_even) | take(2) | collect()), (std::vector{2, 4}));
  in >> next;
  EXPECT_EQ(next, 5);
  EXPECT_EQ(from(std::views::istream<int>(in)) | first(), 6);
  EXPECT_TRUE(from(std::views::istream<int>(in)) | any([](int x) { return x == 8; }));
  in >> next;
  EXPECT_EQ(next, 9);
  EXPECT_EQ(from(one_to(5)) | take(0) | count(), 0u);
  EXPECT_EQ(from(one_to(5)) | take(9) | count(), 5u);
  EXPECT_EQ(from(std::vector<int>()) | first(), std::nullopt);
  EXPECT_FALSE(from(std::vector<int>()) | any(is_even));
  EXPECT_TRUE(from(std::vector<int>()) | all(is_even));
  EXPECT_FALSE(from(one_to(5)) | all(is_even));
  EXPECT_TRUE(from(one_to(5)) | map([](int x) { return 2 * x; }) | all(is_even));
}

TEST(Stages, collect_builds_elements_where_they_stay) {
  ASSERT_EQ(Fixed::alive, 0);
  {
    const ExactArray<Fixed> fixed = from(one_to(100)) | keep(is_even) | map([](int x) { return Fixed(x); }) | collect();
    ASSERT_EQ(fixed.size(), 50u);
    EXPECT_EQ(fixed[49].value, 100);
    EXPECT_EQ(Fixed::alive, 50);
  }
  EXPECT_EQ(Fixed::alive, 0);
}

TEST(Stages, collect_without_a_size_goes_through_chunks) {
  for (const int n : {0, 1, 63, 64, 65, 192, 193, 100'000}) {
    auto unsized = std::views::iota(0, n) | std::views::filter([](int) { return true; });
    const auto strings = from(unsized) | map([](int x) { return std::make_unique<std::string>(std::to_string(x)); }) | collect();
    ASSERT_EQ(strings.size(), static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) ASSERT_EQ(*strings[static_cast<std::size_t>(i)], std::to_string(i));
  }
}

// Throws on the element `at`; counts what lives.
auto counted_until(int at) {
  return [at](int x) {
    if (x == at) throw std::runtime_error("element " + std::to_string(x));
    return std::make_shared<Fixed>(x);
  };
}

TEST(Stages, what_a_function_throws_passes_and_nothing_leaks) {
  for (const int at : {0, 1, 64, 65, 999}) {
    EXPECT_THROW(from(std::views::iota(0, 1000)) | map(counted_until(at)) | collect(), std::runtime_error);
    EXPECT_EQ(Fixed::alive, 0);
    EXPECT_THROW(from(std::views::iota(0, 1000) | std::views::filter([](int) { return true; })) | map(counted_until(at)) | collect(),
                 std::runtime_error);
    EXPECT_EQ(Fixed::alive, 0);
    EXPECT_THROW(from(std::views::iota(0, 1000)) | map([&](int x) -> Fixed { return Fixed(x == at ? throw std::runtime_error("") : x); }) | collect(),
                 std::runtime_error);
    EXPECT_EQ(Fixed::alive, 0);
    std::allocator<std::shared_ptr<Fixed>> memory;
    std::shared_ptr<Fixed>* const out = memory.allocate(1000);
    const std::vector<int> numbers = one_to(1000);
    auto chain = map(counted_until(at + 1));
    EXPECT_THROW(chain.collect_into(numbers, out), std::runtime_error);
    EXPECT_EQ(Fixed::alive, 0);
    memory.deallocate(out, 1000);
  }
  EXPECT_THROW(from(one_to(9)) | keep([](int x) -> bool { return x < 5 || (throw std::runtime_error("p"), true); }) | sum(), std::runtime_error);
}

TEST(Stages, a_chain_runs_by_batch) {
  const std::vector<int> batch = one_to(1000);
  std::vector<int> got;
  const auto plain = keep(is_even) | map(square);
  const auto fast = keep(pure(is_even)) | map(pure(square));
  EXPECT_TRUE(plain.run(batch, [&](int x) { got.push_back(x); }));
  std::vector<int> got_fast;
  EXPECT_TRUE(fast.run(std::span<const int>(batch), [&](int x) { got_fast.push_back(x); }));
  EXPECT_EQ(got.size(), 500u);
  EXPECT_EQ(got, got_fast);
  std::vector<int> out(batch.size());
  EXPECT_EQ(plain.collect_into(batch, out.data()), out.data() + 500);
  EXPECT_EQ(fast.collect_into(batch, out.data()), out.data() + 500);
  EXPECT_EQ(std::vector(out.begin(), out.begin() + 500), got);

  int seen = 0;
  EXPECT_FALSE(plain.run(batch, [&](int) { return ++seen < 3; })) << "a sink may stop";
  EXPECT_FALSE(fast.run(batch, [&](int) { return ++seen < 6; }));
  EXPECT_EQ(seen, 6);
  auto some = take(2) | map(square);
  EXPECT_FALSE(some.run(batch, [](int) {}));
  EXPECT_EQ(some.collect_into(batch, out.data()), out.data()) << "nothing is left to take";
}

TEST(Stages, are_constant_expressions) {
  constexpr std::array<int, 5> numbers = {5, 2, 8, 1, 4};
  static_assert((from(numbers) | keep(is_even) | map(square) | sum()) == 4 + 64 + 16);
  static_assert((from(numbers) | keep(pure(is_even)) | map(pure(square)) | sum()) == 4 + 64 + 16);
  static_assert((from(numbers) | keep(pure(is_even)) | count()) == 3);
  static_assert((from(numbers) | min()) == 1 && (from(numbers) | max()) == 8);
  static_assert((from(numbers) | keep(is_even) | first()) == 2);
  static_assert((from(numbers) | reduce(0, std::plus())) == 20);
  static_assert((from(numbers) | take(2) | sum()) == 7);
  static_assert(from(numbers) | any(is_even));
}

}  // namespace
}  // namespace millrace::parallel

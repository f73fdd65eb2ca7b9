// SPDX-License-Identifier: Apache-2.0
//
// Pairs of functions that do the same: a loop by hand, and stages. stages_cost_test.py runs this under callgrind, which
// dumps the instructions of each call by its name.
#include <valgrind/callgrind.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <ranges>
#include <vector>

#include "millrace/parallel/stages.h"

namespace millrace::parallel {
namespace {

using Numbers = std::vector<std::int32_t>;
using Collected = ExactArray<std::int32_t>;

// Too many for what is sorted to be found by luck, and few enough for valgrind.
constexpr std::size_t count_of_numbers = 1'000'000;

[[gnu::noinline]] std::int64_t sum_hand(const Numbers& numbers) {
  std::int64_t total = 0;
  for (const std::int32_t x : numbers) {
    if (x > 0) total += x * 2;
  }
  return total;
}
[[gnu::noinline]] std::int64_t sum_stages(const Numbers& numbers) {
  return from(numbers) | keep([](std::int32_t x) { return x > 0; }) | map([](std::int32_t x) { return x * 2; }) | sum();
}
[[gnu::noinline]] std::int64_t sum_views(const Numbers& numbers) {
  std::int64_t total = 0;
  for (const std::int32_t x : numbers | std::views::filter([](std::int32_t n) { return n > 0; }) |
                                  std::views::transform([](std::int32_t n) { return n * 2; })) {
    total += x;
  }
  return total;
}

[[gnu::noinline]] Collected collect_hand(const Numbers& numbers) {
  ArrayBuilder<std::int32_t> builder(numbers.size());
  std::int32_t* next = builder.data();
  for (const std::int32_t x : numbers) {
    if (x > 0) *next++ = x * 2;
  }
  builder.set_size(static_cast<std::size_t>(next - builder.data()));
  return std::move(builder).finish();
}
[[gnu::noinline]] Collected collect_stages(const Numbers& numbers) {
  return from(numbers) | keep([](std::int32_t x) { return x > 0; }) | map([](std::int32_t x) { return x * 2; }) | collect();
}
[[gnu::noinline]] Collected collect_views(const Numbers& numbers) {
  ArrayBuilder<std::int32_t> builder(numbers.size());
  std::int32_t* next = builder.data();
  for (const std::int32_t x : numbers | std::views::filter([](std::int32_t n) { return n > 0; }) |
                                  std::views::transform([](std::int32_t n) { return n * 2; })) {
    *next++ = x;
  }
  builder.set_size(static_cast<std::size_t>(next - builder.data()));
  return std::move(builder).finish();
}

// Two of each, in turns.
[[gnu::noinline]] std::size_t count_hand(const Numbers& numbers) {
  std::size_t total = 0;
  for (const std::int32_t x : numbers) {
    if (x <= 0) continue;
    const std::int32_t half = x / 2;
    if (half % 3 == 0) ++total;
  }
  return total;
}
[[gnu::noinline]] std::size_t count_stages(const Numbers& numbers) {
  return from(numbers) | keep([](std::int32_t x) { return x > 0; }) | map([](std::int32_t x) { return x / 2; }) |
         keep([](std::int32_t x) { return x % 3 == 0; }) | count();
}

[[gnu::noinline]] std::optional<std::int32_t> min_hand(const Numbers& numbers) {
  std::optional<std::int32_t> best;
  for (const std::int32_t x : numbers) {
    if (x > 0 && (!best || x < *best)) best = x;
  }
  return best;
}
[[gnu::noinline]] std::optional<std::int32_t> min_stages(const Numbers& numbers) {
  return from(numbers) | keep([](std::int32_t x) { return x > 0; }) | min();
}

[[gnu::noinline]] std::uint64_t reduce_hand(const Numbers& numbers) {
  std::uint64_t hash = 1;
  for (const std::int32_t x : numbers) {
    if (x > 0) hash = (hash ^ static_cast<std::uint64_t>(x)) * 1099511628211u;
  }
  return hash;
}
[[gnu::noinline]] std::uint64_t reduce_stages(const Numbers& numbers) {
  return from(numbers) | keep([](std::int32_t x) { return x > 0; }) |
         reduce(std::uint64_t{1},
                [](std::uint64_t hash, std::int32_t x) { return (hash ^ static_cast<std::uint64_t>(x)) * 1099511628211u; });
}

// The fast form: its loops are without branches, and made of vector instructions, with the functions inlined.
template <class End>
auto fast(const Numbers& numbers, Instructions instructions, End end) {
  return from(numbers, instructions) | keep(pure([](std::int32_t x) { return x > 0; })) |
         map(pure([](std::int32_t x) { return x * 2; })) | end;
}
[[gnu::noinline]] std::int64_t sum_portable(const Numbers& numbers) { return fast(numbers, Instructions::portable, sum()); }
[[gnu::noinline]] std::int64_t sum_best(const Numbers& numbers) { return fast(numbers, Instructions::best, sum()); }
[[gnu::noinline]] Collected collect_portable(const Numbers& numbers) {
  return fast(numbers, Instructions::portable, collect());
}
[[gnu::noinline]] Collected collect_best(const Numbers& numbers) { return fast(numbers, Instructions::best, collect()); }
[[gnu::noinline]] std::optional<std::int32_t> min_portable(const Numbers& numbers) {
  return fast(numbers, Instructions::portable, min());
}
[[gnu::noinline]] std::optional<std::int32_t> min_best(const Numbers& numbers) {
  return fast(numbers, Instructions::best, min());
}

Numbers random_numbers() {
  Numbers numbers;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < count_of_numbers; ++i) {
    state = state * 1664525u + 1013904223u;
    numbers.push_back(static_cast<std::int32_t>(state) / 2);
  }
  return numbers;
}

int wrong = 0;

#define COST(function, data)                      \
  [&] {                                           \
    CALLGRIND_ZERO_STATS;                         \
    auto result = function(data);                 \
    CALLGRIND_DUMP_STATS_AT(#function "/" #data); \
    return result;                                \
  }()
#define PAIR(what, data) wrong += !(COST(what##_hand, data) == COST(what##_stages, data))

void run() {
  const Numbers random = random_numbers();
  Numbers sorted = random;
  std::ranges::sort(sorted);
  PAIR(sum, random);
  PAIR(sum, sorted);
  PAIR(collect, random);
  PAIR(collect, sorted);
  PAIR(count, random);
  PAIR(min, random);
  PAIR(reduce, random);
  wrong += COST(sum_portable, random) != COST(sum_best, random);
  wrong += !(COST(collect_portable, random) == COST(collect_best, random));
  wrong += COST(min_portable, random) != COST(min_best, random);
  wrong += COST(sum_views, random) != sum_hand(random);
  wrong += !(COST(collect_views, random) == collect_hand(random));
}

}  // namespace
}  // namespace millrace::parallel

int main() {
  millrace::parallel::run();
  if (millrace::parallel::wrong > 0) std::fputs("stages_cost: two that do the same gave different results\n", stderr);
  return millrace::parallel::wrong > 0;
}

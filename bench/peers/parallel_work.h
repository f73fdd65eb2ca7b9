// SPDX-License-Identifier: Apache-2.0
#pragma once
// What parallel_peer.cc, openmp_peer.cc and rayon_peer/ do, each in its own way: inputs, functions, and how often each is timed.
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "timing.h"

namespace peers {

inline std::uint64_t mix(std::uint64_t steps, std::uint64_t value) {
  for (; steps > 0; --steps) value = (value ^ value >> 31) * 0x9e3779b97f4a7c15;
  return value;
}

constexpr auto square = [](std::uint32_t x) { return std::uint64_t{x} * x + 1; };
constexpr auto hash = [](std::uint64_t x) { return mix(32, x); };
constexpr auto uneven = [](std::uint64_t x) { return mix(x, x); };
// One of 200,000 fails, another one in each call; what the others give is owned.
constexpr std::uint64_t failing_count = 200'000;
inline auto failing(std::uint64_t call) {
  return [at = call * 61'803 % failing_count](std::uint64_t x) {
    if (x == at) throw std::runtime_error("this one fails");
    return std::to_string(mix(32, x)) + " and too long to be held in place";
  };
}

// Stays where it is built: no default constructor, no copy, no move.
struct Fixed {
  explicit Fixed(std::uint64_t of) : value(of) {}
  Fixed(const Fixed&) = delete;
  Fixed& operator=(const Fixed&) = delete;
  std::uint64_t value;
};

template <class Number>
std::vector<Number> count_up(std::size_t count) {
  std::vector<Number> made(count);
  std::iota(made.begin(), made.end(), Number{0});
  return made;
}

inline std::vector<std::int32_t> random_ints() {
  Random random;
  std::vector<std::int32_t> made(1'000'000);
  for (auto& number : made) number = static_cast<std::int32_t>(random.next() >> 33) - (1 << 30);
  return made;
}
inline std::vector<double> random_doubles() {
  Random random;
  std::vector<double> made(4'000'000);
  for (auto& number : made) number = static_cast<double>(random.next() >> 44);  // sums are exact, so that all ways agree
  return made;
}

struct Repeat {
  int samples;
  int calls;
  bool is_fixed = false;  // calls differ, so each contender makes the same ones
};

// Runs `call`, which gives the result, often enough; reports the time and the result's hash. Who takes far longer than others is not
// called as often, unless repeat.is_fixed.
template <class Call, class Hash>
int measure(Repeat repeat, Call call, Hash hash_of) {
  const std::uint64_t result = hash_of(call());
  const auto one = [&] {
    auto out = call();
    keep(out);
  };
  if (repeat.is_fixed) {
    report(nanoseconds(repeat.samples, repeat.calls, one), result);
    return 0;
  }
  constexpr double sample_nanoseconds_max = 2e7;
  const double first = nanoseconds(3, std::min(repeat.calls, 50), one);
  const double taken = nanoseconds(repeat.samples, std::clamp(static_cast<int>(sample_nanoseconds_max / first), 1, repeat.calls), one);
  report(taken, result);
  return 0;
}

constexpr auto numbers_hash = [](const auto& numbers) { return hash_numbers(numbers); };
constexpr auto number_hash = [](auto number) { return hash_numbers(std::array{number}); };
constexpr auto fixed_hash = [](const auto& all) {
  std::vector<std::uint64_t> values;
  for (const auto& one : all) {
    if constexpr (requires { one.value; }) {
      values.push_back(one.value);
    } else {
      values.push_back(one->value);
    }
  }
  return hash_numbers(values);
};

// Runs job `name` of a Way, which has map(input, f), map_fixed(input, f), attempt(input, f) for a map that fails and gives the words of
// the failure, for_each(elements, f), sum(input, identity, f) and filter(input, keep, f), as far as it can.
template <class Way>
int run(std::string_view name, Way way) {
  const auto map_of = [&](auto input, auto f, Repeat repeat) { return measure(repeat, [&] { return way.map(input, f); }, numbers_hash); };
  if (name == "map/cheap") return map_of(count_up<std::uint32_t>(1 << 22), square, {15, 2});
  if (name == "map/cheap-reused") return map_of(count_up<std::uint32_t>(1'000'000), square, {15, 10});
  if (name == "map/hash") return map_of(count_up<std::uint64_t>(100'000), hash, {15, 10});
  if (name == "map/uneven") return map_of(count_up<std::uint64_t>(4096), uneven, {15, 2});
  if (name == "map/tiny") return map_of(count_up<std::uint64_t>(256), hash, {21, 1000});
  if (name == "map/sixteen") return map_of(count_up<std::uint32_t>(16), square, {21, 200'000});
  if (name == "map/one") return map_of(count_up<std::uint32_t>(1), square, {21, 200'000});
  if constexpr (requires { way.map_fixed(std::vector<std::uint64_t>(), hash); }) {
    const auto input = count_up<std::uint64_t>(100'000);
    if (name == "map/fixed") return measure({15, 10}, [&] { return way.map_fixed(input, hash); }, fixed_hash);
  }
  if constexpr (requires { way.attempt(std::vector<std::uint64_t>(), failing(0)); }) {
    const auto input = count_up<std::uint64_t>(failing_count);
    std::uint64_t call = 0;
    const auto attempt = [&] { return way.attempt(input, failing(++call)); };
    if (name == "map/throwing") return measure({15, 8, true}, attempt, [](std::string_view text) { return hash_text(text); });
  }
  if (name == "for-each/hash") {
    auto all = count_up<std::uint64_t>(100'000);
    return measure({15, 10}, [&] {
      way.for_each(all, [](std::uint64_t& x) { x = mix(32, x | 1); });
      return &all;
    }, [](const auto* elements) { return hash_numbers(*elements); });  // what the first call made of them
  }
  if (name == "reduce/hash") {
    const auto input = count_up<std::uint64_t>(100'000);
    return measure({15, 10}, [&] { return way.sum(input, std::uint64_t{0}, hash); }, number_hash);
  }
  if (name == "reduce/doubles") {
    const auto input = random_doubles();
    return measure({15, 4}, [&] { return way.sum(input, 0.0, [](double x) { return x * 2; }); }, number_hash);
  }
  if (name == "reduce/tiny") {
    const auto input = count_up<std::uint64_t>(16);
    return measure({21, 200'000}, [&] { return way.sum(input, std::uint64_t{0}, [](std::uint64_t x) { return x * x; }); }, number_hash);
  }
  if constexpr (requires { way.filter(std::vector<std::uint64_t>(), hash, hash); }) {
    if (name == "filter/ints") {
      const auto input = random_ints();
      return measure({15, 4}, [&] { return way.filter(input, [](std::int32_t x) { return x > 0; }, [](std::int32_t x) { return x * 2; }); }, numbers_hash);
    }
    if (name == "filter/hash") {
      const auto input = count_up<std::uint64_t>(100'000);
      return measure({15, 10}, [&] { return way.filter(input, [](std::uint64_t x) { return (mix(16, x) >> 20) % 2 == 0; }, hash); }, numbers_hash);
    }
    if (name == "filter/tiny") {
      const auto input = count_up<std::uint64_t>(16);
      return measure({21, 100'000}, [&] { return way.filter(input, [](std::uint64_t x) { return x % 3 != 0; }, [](std::uint64_t x) { return x * 2; }); },
                     numbers_hash);
    }
  }
  std::fprintf(stderr, "it has no job %.*s\n", static_cast<int>(name.size()), name.data());
  return 3;
}

}  // namespace peers

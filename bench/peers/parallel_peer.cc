// SPDX-License-Identifier: Apache-2.0
//
// The jobs of parallel_work.h:   parallel_peer millrace|loop|vector|tbb|std JOB
//   loop    the plain loop into an ExactArray: memory that nobody wrote before, as much as is needed
//   vector  the plain loop into a std::vector that is reserved
//   tbb     oneTBB, automatic partitioner, into a std::vector that is zeroed first
//   std     std::execution::par_unseq, into the same
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>

#include <algorithm>
#include <execution>
#include <functional>
#include <optional>

#include "millrace/parallel/parallel_map.h"
#include "parallel_work.h"

namespace {

namespace mp = millrace::parallel;

template <class Call>
std::string words_of_failure(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing failed";
}

struct Millrace {
  auto map(const auto& input, auto f) { return mp::map_collect(input, f); }
  auto map_fixed(const auto& input, auto f) {
    return mp::map_collect(input, [f](std::uint64_t x) { return peers::Fixed(f(x)); });
  }
  std::string attempt(const auto& input, auto f) {
    return words_of_failure([&] { return map(input, f); });
  }
  void for_each(auto& all, auto f) { mp::for_each(all, f); }
  auto sum(const auto& input, auto identity, auto f) { return mp::reduce(input, identity, f, std::plus()); }
  auto filter(const auto& input, auto keep, auto f) { return mp::filter_collect(input, keep, f); }
};

// What needs no memory of its own.
struct PlainLoop {
  void for_each(auto& all, auto f) {
    for (auto& one : all) f(one);
  }
  auto sum(const auto& input, auto identity, auto f) {
    for (const auto& one : input) identity += f(one);
    return identity;
  }
};

struct Loop : PlainLoop {
  auto map(const auto& input, auto f) {
    using R = std::decay_t<decltype(f(input[0]))>;
    mp::ArrayBuilder<R> builder(input.size());
    const auto* const in = input.data();
    if constexpr (std::is_trivially_destructible_v<R>) {
      R* __restrict const out = builder.data();
      for (std::size_t i = 0, n = input.size(); i < n; ++i) ::new (out + i) R(f(in[i]));
      builder.set_size(input.size());
    } else {
      for (std::size_t i = 0, n = input.size(); i < n; ++i) builder.emplace_with([&] { return f(in[i]); });
    }
    return std::move(builder).finish();
  }
  auto map_fixed(const auto& input, auto f) {
    return map(input, [f](std::uint64_t x) { return peers::Fixed(f(x)); });
  }
  std::string attempt(const auto& input, auto f) {
    return words_of_failure([&] { return map(input, f); });
  }
};

struct Vector : PlainLoop {
  auto map(const auto& input, auto f) {
    std::vector<std::decay_t<decltype(f(input[0]))>> made;
    made.reserve(input.size());
    for (const auto& one : input) made.push_back(f(one));
    return made;
  }
  std::string attempt(const auto& input, auto f) {
    return words_of_failure([&] { return map(input, f); });
  }
  auto filter(const auto& input, auto keep, auto f) {
    std::vector<std::decay_t<decltype(f(input[0]))>> made;
    for (const auto& one : input) {
      if (keep(one)) made.push_back(f(one));
    }
    return made;
  }
};

struct Tbb {
  static void over(std::size_t count, auto body) {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count), [&](const tbb::blocked_range<std::size_t>& part) {
      for (std::size_t i = part.begin(); i < part.end(); ++i) body(i);
    });
  }
  auto map(const auto& input, auto f) {
    std::vector<std::decay_t<decltype(f(input[0]))>> made(input.size());
    over(input.size(), [&, in = input.data(), out = made.data()](std::size_t i) { out[i] = f(in[i]); });
    return made;
  }
  auto map_fixed(const auto& input, auto f) {
    std::vector<std::optional<peers::Fixed>> made(input.size());
    over(input.size(), [&, in = input.data(), out = made.data()](std::size_t i) { out[i].emplace(f(in[i])); });
    return made;
  }
  std::string attempt(const auto& input, auto f) {
    return words_of_failure([&] { return map(input, f); });
  }
  void for_each(auto& all, auto f) {
    over(all.size(), [&, out = all.data()](std::size_t i) { f(out[i]); });
  }
  auto sum(const auto& input, auto identity, auto f) {
    return tbb::parallel_reduce(tbb::blocked_range<std::size_t>(0, input.size()), identity, [&, in = input.data()](const auto& part, auto all) {
      for (std::size_t i = part.begin(); i < part.end(); ++i) all += f(in[i]);
      return all;
    }, std::plus());
  }
};

struct Std {
  auto map(const auto& input, auto f) {
    std::vector<std::decay_t<decltype(f(input[0]))>> made(input.size());
    std::transform(std::execution::par_unseq, input.begin(), input.end(), made.begin(), f);
    return made;
  }
  void for_each(auto& all, auto f) { std::for_each(std::execution::par_unseq, all.begin(), all.end(), f); }
  auto sum(const auto& input, auto identity, auto f) {
    return std::transform_reduce(std::execution::par_unseq, input.begin(), input.end(), identity, std::plus(), f);
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc == 3 ? argv[1] : "";
  const std::string_view job = argc == 3 ? argv[2] : "";
  if (way == "millrace") return peers::run(job, Millrace());
  if (way == "loop") return peers::run(job, Loop());
  if (way == "vector") return peers::run(job, Vector());
  if (way == "tbb") return peers::run(job, Tbb());
  if (way == "std") return peers::run(job, Std());
  std::fputs("usage: parallel_peer millrace|loop|vector|tbb|std JOB\n", stderr);
  return 2;
}

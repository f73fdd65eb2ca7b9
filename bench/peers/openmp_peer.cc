// SPDX-License-Identifier: Apache-2.0
//
// The jobs of parallel_work.h with OpenMP:   openmp_peer static|guided JOB
// A program of its own, since OpenMP's threads spin between regions, which would disturb whoever else is measured.
#include <exception>
#include <optional>

#include "parallel_work.h"

namespace {

template <bool is_guided>
struct OpenMp {
  static void over(std::size_t count, auto body) {
    if constexpr (is_guided) {
#pragma omp parallel for schedule(guided)
      for (std::size_t i = 0; i < count; ++i) body(i);
    } else {
#pragma omp parallel for schedule(static)
      for (std::size_t i = 0; i < count; ++i) body(i);
    }
  }
  auto map(const auto& input, auto f) {
    std::vector<std::decay_t<decltype(f(input[0]))>> made(input.size());
    const auto* const in = input.data();
    auto* const out = made.data();
    over(input.size(), [=](std::size_t i) { out[i] = f(in[i]); });
    return made;
  }
  auto map_fixed(const auto& input, auto f) {
    std::vector<std::optional<peers::Fixed>> made(input.size());
    over(input.size(), [&, in = input.data(), out = made.data()](std::size_t i) { out[i].emplace(f(in[i])); });
    return made;
  }
  // No exception may leave a region, and none can be left early: the rest is passed over by hand.
  std::string attempt(const auto& input, auto f) {
    std::vector<std::decay_t<decltype(f(input[0]))>> made(input.size());
    std::exception_ptr error;
    bool is_failed = false;
    over(input.size(), [&, in = input.data(), out = made.data()](std::size_t i) {
      if (__atomic_load_n(&is_failed, __ATOMIC_RELAXED)) return;
      try {
        out[i] = f(in[i]);
      } catch (...) {
#pragma omp critical
        error = std::current_exception();
        __atomic_store_n(&is_failed, true, __ATOMIC_RELAXED);
      }
    });
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& caught) {
      return caught.what();
    }
    return "nothing failed";
  }
  void for_each(auto& all, auto f) {
    over(all.size(), [&, out = all.data()](std::size_t i) { f(out[i]); });
  }
  auto sum(const auto& input, auto identity, auto f) {
    auto all = identity;
    const auto* const in = input.data();
    const std::size_t count = input.size();
#pragma omp parallel for schedule(static) reduction(+ : all)
    for (std::size_t i = 0; i < count; ++i) all += f(in[i]);
    return all;
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc == 3 ? argv[1] : "";
  if (way == "static") return peers::run(argv[2], OpenMp<false>());
  if (way == "guided") return peers::run(argv[2], OpenMp<true>());
  std::fputs("usage: openmp_peer static|guided JOB\n", stderr);
  return 2;
}

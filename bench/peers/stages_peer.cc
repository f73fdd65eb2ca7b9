// SPDX-License-Identifier: Apache-2.0
//
// 1,000,000 32-bit numbers: keep the positive ones, double them; then their sum in 64 bits, or all of them in memory of
// their own.
//   stages_peer sum|collect random|sorted WAY
// Each collecting call allocates its output anew, once and as large as the input; so does iterators.rs with
// collect_reserved, where its collect lets it grow.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <ranges>
#include <span>
#include <string_view>
#include <vector>

#include "millrace/parallel/in_parallel.h"
#include "millrace/parallel/stages.h"
#include "timing.h"

namespace parallel = millrace::parallel;

namespace {

constexpr std::size_t count = 1'000'000;
constexpr std::size_t spare = 8;  // avx2 stores eight at a time

using Numbers = std::unique_ptr<std::int32_t[]>;

struct Collected {
  Numbers numbers;
  std::size_t size = 0;
};

Collected collect_by_hand(std::span<const std::int32_t> input) {
  Collected out{Numbers(new std::int32_t[input.size() + spare])};
  for (const std::int32_t number : input) {
    if (number > 0) out.numbers[out.size++] = number * 2;
  }
  return out;
}

// Stores always, and moves on when the number is kept: nothing to mispredict.
Collected collect_branch_free(std::span<const std::int32_t> input) {
  Collected out{Numbers(new std::int32_t[input.size() + spare])};
  std::int32_t* const target = out.numbers.get();
  std::size_t size = 0;
  for (const std::int32_t number : input) {
    target[size] = number * 2;
    size += number > 0;
  }
  out.size = size;
  return out;
}

// For each mask of eight lanes: the lanes that are set, in order, first.
constexpr auto left_packs = [] {
  std::array<std::array<std::int32_t, 8>, 256> table{};
  for (std::size_t mask = 0; mask < table.size(); ++mask) {
    std::size_t filled = 0;
    for (std::int32_t lane = 0; lane < 8; ++lane) {
      if (mask >> lane & 1) table[mask][filled++] = lane;
    }
  }
  return table;
}();

__attribute__((target("avx2,popcnt"))) Collected collect_avx2(std::span<const std::int32_t> input) {
  Collected out{Numbers(new std::int32_t[input.size() + spare])};
  std::int32_t* const target = out.numbers.get();
  std::size_t size = 0;
  std::size_t at = 0;
  for (; at + 8 <= input.size(); at += 8) {
    const __m256i numbers = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(input.data() + at));
    const __m256i positive = _mm256_cmpgt_epi32(numbers, _mm256_setzero_si256());
    const auto mask = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(positive)));
    const __m256i order = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(left_packs[mask].data()));
    const __m256i packed = _mm256_permutevar8x32_epi32(_mm256_slli_epi32(numbers, 1), order);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(target + size), packed);
    size += static_cast<std::size_t>(_mm_popcnt_u32(mask));
  }
  for (; at < input.size(); ++at) {
    target[size] = input[at] * 2;
    size += input[at] > 0;
  }
  out.size = size;
  return out;
}

std::int64_t sum_by_hand(std::span<const std::int32_t> input) {
  std::int64_t total = 0;
  for (const std::int32_t number : input) {
    if (number > 0) total += number * 2;
  }
  return total;
}

constexpr auto is_positive = [](std::int32_t number) { return number > 0; };
constexpr auto twice = [](std::int32_t number) { return number * 2; };

std::int64_t sum_views(std::span<const std::int32_t> input) {
  std::int64_t total = 0;
  for (const std::int32_t number : input | std::views::filter(is_positive) | std::views::transform(twice)) total += number;
  return total;
}
Collected collect_views(std::span<const std::int32_t> input) {
  Collected out{Numbers(new std::int32_t[input.size() + spare])};
  for (const std::int32_t number : input | std::views::filter(is_positive) | std::views::transform(twice))
    out.numbers[out.size++] = number;
  return out;
}

std::vector<std::int32_t> numbers_of(std::string_view order) {
  peers::Random random;
  std::vector<std::int32_t> input(count);
  for (auto& number : input) number = static_cast<std::int32_t>(random.next() >> 33) - (1 << 30);
  if (order == "sorted") std::ranges::sort(input);
  return input;
}

std::span<const std::int32_t> span_of(const Collected& out) { return {out.numbers.get(), out.size}; }
std::span<const std::int32_t> span_of(const parallel::ExactArray<std::int32_t>& out) { return {out.data(), out.size()}; }
std::span<const std::int64_t> span_of(const std::int64_t& sum) { return {&sum, 1}; }

template <class Call>
int measure(std::string_view order, Call call) {
  const std::vector<std::int32_t> input = numbers_of(order);
  const auto first = call(input);
  const double taken = peers::nanoseconds(21, 3, [&] {
    auto out = call(input);
    peers::keep(out);
  });
  peers::report(taken, peers::hash_numbers(span_of(first)));
  return 0;
}

// A way of ours: from the source of the input on.
template <class Source>
int measure_stages(std::string_view job, std::string_view order, bool is_pure, Source source) {
  using parallel::keep, parallel::map, parallel::pure;
  const bool is_sum = job == "sum";
  if (is_pure) {
    const auto chain = keep(pure(is_positive)) | map(pure(twice));
    if (is_sum) return measure(order, [=](const auto& input) { return source(input) | chain | parallel::sum(); });
    return measure(order, [=](const auto& input) { return source(input) | chain | parallel::collect(); });
  }
  const auto chain = keep(is_positive) | map(twice);
  if (is_sum) return measure(order, [=](const auto& input) { return source(input) | chain | parallel::sum(); });
  return measure(order, [=](const auto& input) { return source(input) | chain | parallel::collect(); });
}

int run(std::string_view job, std::string_view order, std::string_view way) {
  using parallel::Instructions;
  const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  if (way.starts_with("avx2") && !has_avx2) {
    std::fputs("stages_peer: this processor has no AVX2\n", stderr);
    return 4;
  }
  if (way == "hand") return job == "sum" ? measure(order, sum_by_hand) : measure(order, collect_by_hand);
  if (way == "views") return job == "sum" ? measure(order, sum_views) : measure(order, collect_views);
  if (way == "branch_free_hand") return measure(order, collect_branch_free);
  if (way == "avx2_hand") return measure(order, collect_avx2);
  if (way == "plain") return measure_stages(job, order, false, [](const auto& input) { return parallel::from(input); });
  if (way == "portable") {
    return measure_stages(job, order, true,
                          [](const auto& input) { return parallel::from(input, Instructions::portable); });
  }
  if (way == "avx2") return measure_stages(job, order, true, [](const auto& input) { return parallel::from(input); });
  if (way == "parallel_plain")
    return measure_stages(job, order, false, [](const auto& input) { return parallel::in_parallel(input); });
  if (way == "parallel")
    return measure_stages(job, order, true, [](const auto& input) { return parallel::in_parallel(input); });
  std::fputs("usage: stages_peer sum|collect random|sorted WAY\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) { return argc == 4 ? run(argv[1], argv[2], argv[3]) : run("", "", ""); }

// SPDX-License-Identifier: Apache-2.0
//
// 1,000,000 random 32-bit numbers: keep the positive ones, double them, collect them into memory of their own.
//   ints_peer hand|branch_free|avx2
// Each call allocates its output anew, once and as large as the input; so does iterators.rs with ints_reserved, where collect() lets
// it grow.
#include <immintrin.h>

#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "timing.h"

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

template <class Collect>
int measure(Collect collect) {
  peers::Random random;
  std::vector<std::int32_t> input(count);
  for (auto& number : input) number = static_cast<std::int32_t>(random.next() >> 33) - (1 << 30);
  const Collected first = collect(input);
  const double taken = peers::nanoseconds(21, 3, [&] {
    Collected out = collect(input);
    peers::keep(out.numbers[0]);
  });
  peers::report(taken, peers::hash_numbers(std::span(first.numbers.get(), first.size)));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc == 2 ? argv[1] : "";
  if (way == "hand") return measure(collect_by_hand);
  if (way == "branch_free") return measure(collect_branch_free);
  if (way == "avx2") {
    if (__builtin_cpu_supports("avx2")) return measure(collect_avx2);
    std::fputs("ints_peer: this processor has no AVX2\n", stderr);
    return 4;
  }
  std::fputs("usage: ints_peer hand|branch_free|avx2\n", stderr);
  return 2;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the small rivals share: the median time of one call, and a hash of the result that peers.py compares with its own.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

namespace peers {

inline constexpr std::uint64_t fnv_offset = 14695981039346656037ULL;
inline constexpr std::uint64_t fnv_prime = 1099511628211ULL;

inline std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = fnv_offset;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * fnv_prime;
  return hash;
}

// Whole numbers count as 64 bits each.
template <class Numbers>
std::uint64_t hash_numbers(const Numbers& numbers) {
  std::uint64_t hash = fnv_offset;
  for (const auto number : numbers)
    hash = (hash ^ static_cast<std::uint64_t>(static_cast<std::int64_t>(number))) * fnv_prime;
  return hash;
}

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
class Random {
 public:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

 private:
  std::uint64_t state_ = 1;
};

// The compiler takes the value for used, and memory for changed.
template <class T>
void keep(T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

// Nanoseconds of one call: the median of `samples` loops of `calls`.
template <class Call>
double nanoseconds(int samples, int calls, Call&& call) {
  std::vector<double> times;
  for (int sample = 0; sample < samples; ++sample) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    times.push_back(taken.count() / calls);
  }
  const auto middle = times.begin() + samples / 2;
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

inline void report(double nanoseconds_of_a_call, std::uint64_t result) {
  std::printf("{\"nanoseconds\": %.4f, \"result\": \"%016llx\"}\n", nanoseconds_of_a_call,
              static_cast<unsigned long long>(result));
}

}  // namespace peers

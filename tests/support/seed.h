// SPDX-License-Identifier: Apache-2.0
//
// The seed of a random test: MILLRACE_SEED, or a new one. It is printed, so that a failure can be had again.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace millrace::testing {

inline std::uint64_t test_seed() {
  const char* const given = std::getenv("MILLRACE_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "MILLRACE_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace millrace::testing

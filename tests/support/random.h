// SPDX-License-Identifier: Apache-2.0
//
// Random numbers for tests. The seed is MILLRACE_SEED when that is set, else a new one; it is printed, so that a failure
// can be seen again:  MILLRACE_SEED=42 build/dev/bin/record_test --gtest_filter=…
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

#include "support/seed.h"

namespace millrace::test {

class Random {
 public:
  Random() : engine_(testing::test_seed()) {}

  std::uint64_t bits() { return engine_(); }
  // In [0, limit).
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  char any_of(std::string_view characters) { return characters[below(characters.size())]; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace millrace::test

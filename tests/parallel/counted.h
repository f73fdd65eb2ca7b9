// SPDX-License-Identifier: Apache-2.0
//
// Elements that count how many of them live, and what the process holds.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fstream>

namespace millrace::parallel {

// No default constructor, no copy, no move.
struct Fixed {
  explicit Fixed(int of) : value(of) { ++alive; }
  Fixed(const Fixed&) = delete;
  Fixed& operator=(const Fixed&) = delete;
  ~Fixed() { --alive; }

  static inline std::atomic<std::int64_t> alive = 0;
  int value;
};

inline std::size_t resident_bytes() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace millrace::parallel

// SPDX-License-Identifier: Apache-2.0
//
// Time stamps that cost some 10 ns: the processor's time-stamp counter on x86-64, else steady_clock's nanoseconds. They say how long
// something took, well enough to choose a way by; they are nothing to report.
#pragma once

#include <chrono>
#include <cstdint>

namespace millrace::parallel {

inline std::int64_t ticks_now() noexcept {
#if defined(__x86_64__)
  return static_cast<std::int64_t>(__builtin_ia32_rdtsc());
#else
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
#endif
}

// Measured once, within 60 µs, to about 1 %.
double ticks_per_nanosecond() noexcept;

}  // namespace millrace::parallel

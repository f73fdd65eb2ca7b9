// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/profile_threads.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace millrace::telemetry {
namespace {

constexpr int clock_readings = 9;
constexpr std::size_t thread_name_bytes = 16;  // with its end, pthread_setname_np(3)

// One that ticks evenly whatever a core does: Intel's manual, volume 3, 18.17.1 "Invariant TSC"; AMD's, CPUID Fn8000_0007_EDX.
bool tsc_is_invariant() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
#else
  return false;
#endif
}

std::int64_t steady_nanoseconds() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::uint64_t ticks_now([[maybe_unused]] bool uses_tsc) {
#if defined(__x86_64__)
  if (uses_tsc) return __builtin_ia32_rdtsc();
#endif
  return static_cast<std::uint64_t>(steady_nanoseconds());
}

}  // namespace

// steady_clock's reading belongs to the middle of two ticks; of several, the closest two.
ClockPoint ClockPoint::now(bool uses_tsc) {
  ClockPoint best;
  std::uint64_t best_gap = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < clock_readings; ++i) {
    const std::uint64_t before = ticks_now(uses_tsc);
    const std::int64_t nanoseconds = steady_nanoseconds();
    const std::uint64_t gap = ticks_now(uses_tsc) - before;
    if (gap >= best_gap) continue;
    best_gap = gap;
    best = {before + gap / 2, nanoseconds};
  }
  return best;
}

ProfileThreads::ProfileThreads() : uses_tsc_(tsc_is_invariant()), start_(ClockPoint::now(uses_tsc_)) {}

ProfileThreads& ProfileThreads::global() {
  static ProfileThreads& threads = *new ProfileThreads();  // threads may end after main()
  return threads;
}

ProfileThreads::Thread& ProfileThreads::add() {
  const long id = ::syscall(SYS_gettid);
  std::array<char, thread_name_bytes> name{"main"};
  if (id != ::getpid()) ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  const std::lock_guard lock(mutex_);
  return threads_.emplace_back(uses_tsc_, id, name.data());
}

void ProfileThreads::end(Thread& thread) {
  const std::lock_guard lock(mutex_);
  thread.ended = true;
  if (std::ranges::count_if(threads_, &Thread::ended) <= static_cast<std::ptrdiff_t>(ended_max)) return;
  const auto oldest = std::ranges::find_if(threads_, &Thread::ended);
  forgotten_ += oldest->ring.written();
  threads_.erase(oldest);
}

void ProfileThreads::rename(Thread& thread, std::string name) {
  const std::lock_guard lock(mutex_);
  thread.name = std::move(name);
}

}  // namespace millrace::telemetry

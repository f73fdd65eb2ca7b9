// SPDX-License-Identifier: Apache-2.0
//
// The rings of all threads, and the clock that their stamps are of. Private to `telemetry`.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "millrace/telemetry/scope_ring.h"

namespace millrace::telemetry {

// One moment on both clocks.
struct ClockPoint {
  std::uint64_t ticks = 0;       // of ScopeRing::now()
  std::int64_t nanoseconds = 0;  // of steady_clock

  static ClockPoint now(bool uses_tsc);
};

class ProfileThreads {
 public:
  static constexpr std::size_t ended_max = 64;  // rings of threads that ended which are kept

  struct Thread {
    Thread(bool uses_tsc, long its_id, std::string its_name) : ring(uses_tsc), id(its_id), name(std::move(its_name)) {}
    ScopeRing ring;
    const long id;  // the system's
    std::string name;
    bool ended = false;
  };

  static ProfileThreads& global();  // never destroyed

  // For the calling thread, which has none.
  Thread& add();
  void end(Thread& thread);
  void rename(Thread& thread, std::string name);

  // Calls visit(const Thread&) for each; threads may go on meanwhile, but none begins or ends.
  // Gives the number of scopes of the rings that are not kept any more.
  template <typename Visit>
  std::uint64_t for_each(Visit visit) {
    const std::lock_guard lock(mutex_);
    for (const Thread& thread : threads_) visit(thread);
    return forgotten_;
  }

  bool uses_tsc() const { return uses_tsc_; }
  const ClockPoint& start() const { return start_; }

 private:
  ProfileThreads();

  const bool uses_tsc_;
  const ClockPoint start_;
  std::mutex mutex_;  // guards all below, but not what is in a ring
  std::list<Thread> threads_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace millrace::telemetry

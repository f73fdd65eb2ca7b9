// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/profile.h"

#include <pthread.h>
#include <unistd.h>

#include <string>

#include "millrace/telemetry/profile_scope.h"
#include "millrace/telemetry/profile_threads.h"

namespace millrace::telemetry {
namespace {

constexpr std::size_t name_bytes_max = 15;  // pthread_setname_np(3)

// Ends the ring with its thread.
struct RingOwner {
  ProfileThreads::Thread* thread = nullptr;
  ~RingOwner() {
    if (thread == nullptr) return;
    this_thread_ring = nullptr;
    ProfileThreads::global().end(*thread);
  }
};
thread_local RingOwner ring_owner;

}  // namespace

constinit thread_local ScopeRing* this_thread_ring = nullptr;

ScopeRing& make_this_thread_ring() noexcept {
  ring_owner.thread = &ProfileThreads::global().add();
  this_thread_ring = &ring_owner.thread->ring;
  return *this_thread_ring;
}

void name_thread(std::string_view name) {
  std::string plain(name.substr(0, name_bytes_max));
  for (char& c : plain) {
    if (c < ' ' || c > '~') c = '?';
  }
  ::pthread_setname_np(::pthread_self(), plain.c_str());
  if (ring_owner.thread != nullptr) ProfileThreads::global().rename(*ring_owner.thread, std::move(plain));
}

bool has_profile_scopes() {
#ifdef MILLRACE_PROFILE
  return true;
#else
  return false;
#endif
}

}  // namespace millrace::telemetry

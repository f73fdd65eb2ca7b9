// SPDX-License-Identifier: Apache-2.0
#include "stop_signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "millrace/telemetry/profile.h"

namespace millrace::app {
namespace {

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);  // our own: the destructor's
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  sigset_t set = stop_set();
  if (telemetry::has_profile_scopes()) sigaddset(&set, SIGUSR2);  // trace_option.cc waits for it
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A SIGHUP is not for that thread: it would end a command that takes it (reload_signal.h).
  sigset_t hang_up;
  sigset_t before;
  sigemptyset(&hang_up);
  sigaddset(&hang_up, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &hang_up, &before);
  thread_ = std::thread([this] { wait(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

StopSignals::~StopSignals() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void StopSignals::wait() {
  telemetry::name_thread("signals");
  const sigset_t set = stop_set();
  for (int number = 0; sigwait(&set, &number) == 0 && !ending_;) {
    if (number == SIGUSR1) continue;  // somebody else's
    if (source_.stop_requested()) {
      std::fputs("\nmillrace: ended by a second signal; what was in flight may or may not be written\n", stderr);
      ::_exit(128 + number);
    }
    if (::isatty(STDERR_FILENO) == 1) std::fputs("\nmillrace: stopping after what is in flight; press again to end at once\n", stderr);
    source_.request_stop();
  }
}

}  // namespace millrace::app

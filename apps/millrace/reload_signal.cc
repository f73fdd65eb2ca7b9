// SPDX-License-Identifier: Apache-2.0
#include "reload_signal.h"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "millrace/telemetry/profile.h"

namespace millrace::app {
namespace {

sigset_t reload_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_reload_signal() {
  const sigset_t set = reload_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

ReloadSignal::ReloadSignal(std::function<void()> reload) : reload_(std::move(reload)) {
  block_reload_signal();
  thread_ = std::thread([this] { wait(); });
}

ReloadSignal::~ReloadSignal() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

void ReloadSignal::wait() {
  telemetry::name_thread("reload");
  const sigset_t set = reload_set();
  for (int number = 0; sigwait(&set, &number) == 0 && !ending_;) reload_();
}

}  // namespace millrace::app

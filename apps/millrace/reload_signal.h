// SPDX-License-Identifier: Apache-2.0
//
// SIGHUP as a call: what is to be read again is read on a thread of its own. Made before other threads, which inherit that it is blocked.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace millrace::app {

class ReloadSignal {
 public:
  explicit ReloadSignal(std::function<void()> reload);
  ~ReloadSignal();
  ReloadSignal(const ReloadSignal&) = delete;
  ReloadSignal& operator=(const ReloadSignal&) = delete;

 private:
  void wait();
  std::function<void()> reload_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

// Blocks SIGHUP in this thread and those that it makes. One that comes before there is a ReloadSignal waits for it.
void block_reload_signal();

}  // namespace millrace::app

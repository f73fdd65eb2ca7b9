// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a stop token. The first asks the job to stop after what is in flight; the second ends the process.
// SIGPIPE and SIGXFSZ are ignored: a closed pipe, and a file at its limit (ulimit -f), are errors of their write. Threads made afterwards inherit the blocked signals.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace millrace::app {

class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait();
  std::stop_source source_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace millrace::app

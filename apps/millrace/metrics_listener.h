// SPDX-License-Identifier: Apache-2.0
//
// --metrics-listen: the command's metrics over HTTP, for as long as it lives. Without the flag there is no thread and no socket.
#pragma once

#include <memory>
#include <string>

#include "millrace/base/result.h"

namespace CLI {
class App;
}

namespace millrace::app {

class MetricsListener {
 public:
  MetricsListener();
  ~MetricsListener();

  // Adds --metrics-listen.
  void add_to(CLI::App& command);
  // Says on standard error where the metrics are. invalid_argument when the address cannot be listened on.
  Result<void> start();

 private:
  struct Serving;
  std::string address_;
  std::unique_ptr<Serving> serving_;
};

}  // namespace millrace::app

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
  bool is_asked_for() const { return !address_.empty(); }
  // invalid_argument when the address cannot be listened on.
  Result<void> listen();
  // As it was bound, "127.0.0.1:9464"; empty when nobody listens.
  std::string address() const;
  // Listens, with a job's metrics, and says on standard error where they are.
  Result<void> start();

 private:
  struct Serving;
  std::string address_;
  std::unique_ptr<Serving> serving_;
};

}  // namespace millrace::app

// SPDX-License-Identifier: Apache-2.0
//
// `--trace FILE`: where a command's profile scopes go, when it has ended, and whenever SIGUSR2 asks for them while it works.
#pragma once

#include <functional>
#include <string>

#include "millrace/telemetry/trace_context.h"

namespace CLI {
class App;
}

namespace millrace::app {

struct TraceOption {
  std::string path;  // empty without the option
  // Of what this process does, for the trace file and whatever else names it: they can be told to belong together.
  telemetry::TraceContext context = telemetry::TraceContext::from_environment();

  void add_to(CLI::App& command);
  // Runs the command, and writes its trace if there is a path. In a build without scopes, and where the file cannot be written,
  // the exit status is 2 and nothing was run; 3 when writing fails later.
  int run(const std::function<int()>& command) const;
};

}  // namespace millrace::app

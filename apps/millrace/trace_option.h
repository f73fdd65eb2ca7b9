// SPDX-License-Identifier: Apache-2.0
//
// `--trace FILE`: where a command's profile scopes go, when it has ended, and whenever SIGUSR2 asks for them while it works.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace millrace::app {

// Adds the option.
void add_trace_option(CLI::App& command, std::string& path);

// Runs the command, and writes its trace if there is a path. In a build without scopes, and where the file cannot be written, the
// exit status is 2 and nothing was run; 3 when writing fails later.
int run_traced(const std::string& path, const std::function<int()>& command);

}  // namespace millrace::app

// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "commands.h"
#include "millrace/base/file.h"
#include "millrace/base/uncaught_exception.h"
#include "stop_signals.h"

namespace millrace::app {
namespace {

// What is large goes back to the system when it is freed, at once and whoever frees it: left to itself, glibc keeps up to 32
// MiB blocks in the heap, and a heap for each thread.
void give_memory_back() {
  constexpr int large_bytes = 256 << 10;
  ::mallopt(M_MMAP_THRESHOLD, large_bytes);
  ::mallopt(M_TRIM_THRESHOLD, 4 * large_bytes);
  ::mallopt(M_ARENA_MAX, 2);
}

int run(int argc, char** argv) {
  give_memory_back();
  CLI::App app{"millrace writes records in batches into SQLite and SurrealDB, with flat memory, and says what became of each."};
  app.name("millrace");
  app.set_version_flag("--version", std::string("millrace ") + MILLRACE_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 all written; 1 finished, some rejected; 2 the command line is wrong, nothing done; 3 stopped before the end.");
  std::vector<std::pair<CLI::App*, Command>> commands;
  const std::span<char* const> command_line(argv, static_cast<std::size_t>(argc));
  const auto add_this_load = [&](CLI::App& to) { return add_load(to, command_line); };
  const auto add_this_process = [&](CLI::App& to) { return add_process(to, command_line); };
  for (const std::function<Command(CLI::App&)>& add :
       {std::function<Command(CLI::App&)>(add_this_load), {add_this_process}, {add_generate}, {add_get}, {add_serve}, {add_tune}}) {
    Command command = add(app);
    commands.emplace_back(app.get_subcommands({}).back(), std::move(command));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success);
    return exit_all_done;
  } catch (const CLI::ParseError& error) {
    return report_error({Code::invalid_argument, std::string(error.what()) + "; see millrace --help", {}});
  }
  const StopSignals stop;
  for (const auto& [subcommand, command] : commands) {
    if (subcommand->parsed()) return command(stop.token());
  }
  return exit_nothing_done;
}

}  // namespace

std::string not_negative(const std::string& text) {
  return text.starts_with('-') ? "'" + text + "' is no number from 0 on" : "";
}

int report_error(const Error& error) {
  const std::string line = "millrace: " + describe(error) + "\n";
  std::fputs(line.c_str(), stderr);
  switch (error.code) {
    case Code::unavailable:
    case Code::overloaded:
    case Code::conflict:
    case Code::unknown_outcome:
    case Code::io:
    case Code::interrupted:
    case Code::internal: return exit_stopped;
    default: return exit_nothing_done;
  }
}

}  // namespace millrace::app

// Not noexcept: uncaught_exception.h says why.
int main(int argc, char** argv) {
  millrace::abort_on_uncaught_exceptions();
  return millrace::app::run(argc, argv);
}

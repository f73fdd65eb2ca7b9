// SPDX-License-Identifier: Apache-2.0
//
// The subcommands. Each adds itself to the command line; what it returns when it was chosen is the exit status.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "millrace/base/result.h"

namespace CLI {
class App;
}

namespace millrace::app {

// Exit statuses (contract.md).
inline constexpr int exit_all_done = 0;
inline constexpr int exit_some_rejected = 1;
inline constexpr int exit_nothing_done = 2;
inline constexpr int exit_stopped = 3;

using Command = std::function<int(std::stop_token)>;

// `command_line` is the user's own, for what tells how to resume.
Command add_load(CLI::App& app, std::span<char* const> command_line);
Command add_generate(CLI::App& app);
Command add_get(CLI::App& app);
Command add_process(CLI::App& app, std::span<char* const> command_line);
Command add_serve(CLI::App& app);
Command add_tune(CLI::App& app);

// A check for the options that are counts: CLI11 takes -1 for the largest number there is.
std::string not_negative(const std::string& text);

// Prints "millrace: …" on standard error, and what to do. Returns the status that fits: stopped when the store or a disk
// is at fault, nothing_done otherwise.
int report_error(const Error& error);

}  // namespace millrace::app

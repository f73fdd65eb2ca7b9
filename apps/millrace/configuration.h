// SPDX-License-Identifier: Apache-2.0
//
// A command's flags from three places: the command line beats the environment, which beats a file. All have the same names:
//
//   millrace serve --max-record 2MiB        MILLRACE_MAX_RECORD=2MiB        max-record = "2MiB"
//
// The file is TOML as CLI11 reads it: keys by themselves or under [serve], strings, numbers, arrays of strings, `#` comments. CLI11 2.1
// itself puts the file before the environment, reads only the program's own file and not a subcommand's, and takes the environment
// for every subcommand at once: so a part of it is done here.
#pragma once

#include <string>

#include "millrace/base/result.h"

namespace CLI {
class App;
}

namespace millrace::app {

// Gives the options of `command` that were not on the command line what the environment, else the file of --config or MILLRACE_CONFIG
// says. Called once, after parsing. invalid_argument or not_found, which name the variable, or the file and key.
Result<void> complete_flags(CLI::App& command);

// "--max-record" → "MILLRACE_MAX_RECORD"
std::string environment_name(const std::string& flag);

}  // namespace millrace::app

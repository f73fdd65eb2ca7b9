// SPDX-License-Identifier: Apache-2.0
#include "configuration.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>
#include <vector>

#include "millrace/base/file.h"

namespace millrace::app {
namespace {

constexpr std::size_t file_bytes_max = 1u << 20;
constexpr const char* config_flag = "--config";

// Gives the option these values; what is wrong with them, when something is.
std::string give(CLI::Option& option, const std::vector<std::string>& values) {
  try {
    for (const std::string& value : values) option.add_result(value);
    option.run_callback();
    return "";
  } catch (const CLI::Error& error) {
    return error.what();
  }
}

Result<void> give_from_environment(CLI::Option& option) {
  const std::string name = environment_name(option.get_name());
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return {};
  if (const std::string wrong = give(option, {value}); !wrong.empty()) return fail(Code::invalid_argument, fmt::format("{}: {}", name, wrong));
  return {};
}

bool is_quote(char c) { return c == '"' || c == '\''; }

// CLI11 2.1 cuts a value at a '#' although it stands in quotes, and leaves the first of them before it.
bool was_cut(const std::string& value) { return !value.empty() && is_quote(value.front()); }

Result<void> give_from_file(CLI::App& command, const std::string& path) {
  const Result<std::string> text = read_small_file(path, file_bytes_max);
  if (!text) return fail(text.error().code, fmt::format("{}: {}", config_flag, text.error().message));
  std::vector<CLI::ConfigItem> items;
  try {
    std::istringstream lines(*text);
    items = CLI::ConfigTOML().from_config(lines);
  } catch (const CLI::Error& error) {
    return fail(Code::invalid_argument, fmt::format("{}: {}", path, error.what()));
  }
  std::vector<std::string> seen;
  for (const CLI::ConfigItem& item : items) {
    if (item.name == "++" || item.name == "--") continue;  // a section's ends
    const auto wrong = [&](const std::string& words) { return fail(Code::invalid_argument, fmt::format("{}: {}: {}", path, item.fullname(), words)); };
    const bool is_ours = item.parents.empty() || (item.parents.size() == 1 && item.parents[0] == command.get_name());
    if (!is_ours) return wrong(fmt::format("there is only the section [{}]", command.get_name()));
    CLI::Option* const option = item.name.size() > 1 ? command.get_option_no_throw("--" + item.name) : nullptr;
    if (option == nullptr || !option->get_configurable()) return wrong(fmt::format("there is no --{} that a file may set", item.name));
    if (std::ranges::find(seen, item.name) != seen.end()) return wrong("it is there twice");
    seen.push_back(item.name);
    if (std::ranges::any_of(item.inputs, was_cut)) return wrong("a value in quotes ends on its line and has no '#' in it");
    if (option->count() != 0) continue;
    if (const std::string words = give(*option, item.inputs); !words.empty()) return wrong(words);
  }
  return {};
}

}  // namespace

std::string environment_name(const std::string& flag) {
  std::string name = "MILLRACE_";
  for (const char c : flag.substr(std::min(flag.find_first_not_of('-'), flag.size()))) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

Result<void> complete_flags(CLI::App& command) {
  for (CLI::Option* const option : command.get_options()) {
    const bool can_be_set = option->get_configurable() || option->check_name(config_flag);
    if (!can_be_set || option == command.get_help_ptr() || option->count() != 0) continue;
    if (Result<void> given = give_from_environment(*option); !given) return given;
  }
  const CLI::Option* const config = command.get_option_no_throw(config_flag);
  if (config == nullptr || config->count() == 0) return {};
  return give_from_file(command, config->as<std::string>());
}

}  // namespace millrace::app

// SPDX-License-Identifier: Apache-2.0
//
// What `load` and `process` have in common: their inputs, their query, their rejects and their report.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics_listener.h"
#include "millrace/base/result.h"
#include "millrace/pipeline/load.h"
#include "millrace/surrealql/query.h"
#include "progress_bar.h"
#include "trace_option.h"

namespace CLI {
class App;
}

namespace millrace::app {

// Puts the parsed value where it belongs, or keeps the first error.
template <typename T, typename Target>
void put(Result<T> parsed, Target& target, std::optional<Error>& error) {
  if (parsed) {
    target = std::move(*parsed);
  } else if (!error) {
    error = std::move(parsed).error();
  }
}

// The command line as it was typed; what it means is said by the functions.
struct JobArguments {
  std::vector<std::string> files;
  std::string format;
  std::string types;
  std::vector<std::string> parameters;
  std::string rejects;
  std::string max_rejects = "100";
  std::string memory = "128MiB";
  std::string max_record = "16MiB";
  std::string progress = "auto";
  std::string report;
  MetricsListener metrics;
  TraceOption trace;

  void add_files_to(CLI::App& command);
  void add_parameters_to(CLI::App& command);
  void add_rejects_to(CLI::App& command);
  void add_rest_to(CLI::App& command, const std::string& memory_help);

  // Replaces patterns that are no file by the files that they match, in the order of their names: what a shell would have done with
  // them, had they not been quoted. not_found when there is none.
  Result<void> expand_files();
  // What every job has. `types`: "auto" or "" without --types.
  Result<pipeline::LoadOptions> options(const std::string& default_types) const;
  // The query, and its text with its parameters. invalid_argument shows what is wrong, and where.
  Result<pipeline::LoadQuery> compile(const std::string& query, const TypeRules& rules) const;

  // Told before anything is done, as by pipeline::check(): outputs that cannot be written, or would overwrite an input, the store, or
  // each other. `more`: files that the command writes beside these, by their flags; `taken`: that it must not.
  using Outputs = std::vector<std::pair<std::string, std::string>>;
  Result<void> check_outputs(const Outputs& more, std::vector<std::string> taken) const;
  // That `path`, which is made on the way, is no file of this command.
  Result<void> check_free(const std::string& path) const;

  // Where the rejects are, and the warnings, on standard error.
  static void print_rejects(const pipeline::Report& report, std::string_view advice);
  // Writes the report if it is wanted; gives the exit status.
  int write_report(const pipeline::Report& report) const;
  // The job could not begin: nothing was read, and unless the command line is to blame the report says so.
  int report_no_start(const Error& error) const;
};

}  // namespace millrace::app

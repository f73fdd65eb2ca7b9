// SPDX-License-Identifier: Apache-2.0
#include "job_arguments.h"

#include <fmt/format.h>
#include <glob.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <system_error>

#include "commands.h"
#include "millrace/base/bytes.h"
#include "millrace/base/file.h"
#include "millrace/record/json.h"

namespace millrace::app {
namespace {

// NAME=VALUE: a value that is JSON is what JSON says, any other is text.
Result<surrealql::Parameters> parse_parameters(const std::vector<std::string>& given) {
  surrealql::Parameters parameters;
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return fail(Code::invalid_argument, fmt::format("--param '{}' is not NAME=VALUE", text));
    std::string name = text.substr(text.starts_with('$') ? 1 : 0, equals - (text.starts_with('$') ? 1 : 0));
    if (name == "input" || name == "this" || name == "self" || name == "parent") {
      return fail(Code::invalid_argument, fmt::format("--param {}: ${} has a meaning of its own", name, name));
    }
    const std::string value = text.substr(equals + 1);
    if (!is_utf8(text)) return fail(Code::invalid_argument, fmt::format("--param {}: the value is not UTF-8", name));
    Result<Value> json = parse_json(value);
    parameters.emplace_back(std::move(name), json ? std::move(*json) : Value(value));
  }
  return parameters;
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || std::filesystem::equivalent(a, b, ignored);
}

Result<std::vector<std::string>> matches_of(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (status == 0) return paths;
  if (status == GLOB_NOMATCH) return fail(Code::not_found, fmt::format("no file matches '{}'", pattern));
  return fail(Code::forbidden, fmt::format("'{}': a folder on the way cannot be read", pattern));
}

}  // namespace

void JobArguments::add_files_to(CLI::App& command) {
  command.add_option("FILE", files, "NDJSON, a JSON array or CSV, also compressed (gzip, zstd, xz, bzip2); '-' is standard input, and a pattern its files")
      ->required();
}

void JobArguments::add_parameters_to(CLI::App& command) {
  command.add_option("--param", parameters, "A value for $NAME in the query: JSON, else text")->type_name("NAME=VALUE")->allow_extra_args(false);
}

void JobArguments::add_rejects_to(CLI::App& command) {
  command.add_option("--rejects", rejects, "Where rejected records go, as NDJSON; else <first file>.rejects here")->type_name("FILE");
  command.add_option("--max-rejects", max_rejects, "Stop beyond N rejects, or N% of the records (from 1,000 on)")->capture_default_str();
}

void JobArguments::add_rest_to(CLI::App& command, const std::string& memory_help) {
  command.add_option("--memory", memory, memory_help)->capture_default_str();
  command.add_option("--max-record", max_record, "The largest record; a larger one is rejected")->capture_default_str();
  command.add_option("--progress", progress, "auto, always or never")->capture_default_str();
  command.add_option("--report", report, "Write the report there as JSON; '-' is standard output")->type_name("FILE");
  metrics.add_to(command);
  trace.add_to(command);
}

Result<void> JobArguments::expand_files() {
  std::vector<std::string> all;
  for (const std::string& path : files) {
    std::error_code none;
    if (path.find_first_of("*?[") == std::string::npos || std::filesystem::exists(path, none)) {
      all.push_back(path);
      continue;
    }
    Result<std::vector<std::string>> found = matches_of(path);
    if (!found) return std::unexpected(std::move(found).error());
    all.insert(all.end(), found->begin(), found->end());
  }
  files = std::move(all);
  return {};
}

Result<pipeline::LoadOptions> JobArguments::options(const std::string& default_types) const {
  pipeline::LoadOptions options{.files = files, .rejects_path = rejects, .trace = trace.context};
  std::optional<Error> error;
  if (!format.empty()) put(decode::parse_format(format), options.format, error);
  put(parse_type_rules(types.empty() ? default_types : types), options.shape.types, error);
  put(pipeline::parse_reject_limit(max_rejects), options.max_rejects, error);
  put(parse_bytes(memory), options.memory_bytes, error);
  put(parse_bytes(max_record), options.record_bytes_max, error);
  if (error) return std::unexpected(std::move(*error));
  return options;
}

Result<pipeline::LoadQuery> JobArguments::compile(const std::string& query, const TypeRules& rules) const {
  Result<surrealql::Parameters> given = parse_parameters(parameters);
  if (!given) return std::unexpected(std::move(given).error());
  Result<surrealql::Query> compiled = surrealql::Query::compile(query, *given, rules);
  if (!compiled) {
    if (!compiled.error().message.starts_with("the query")) compiled.error().message.insert(0, "the query, ");
    return std::unexpected(std::move(compiled).error());
  }
  std::string text = query;
  for (const auto& [name, value] : *given) text += fmt::format("; ${} = {}", name, to_json(value));
  return pipeline::LoadQuery{.query = *std::move(compiled), .text = std::move(text)};
}

Result<void> JobArguments::check_outputs(const Outputs& more, std::vector<std::string> taken) const {
  taken.insert(taken.end(), files.begin(), files.end());
  Outputs outputs = more;
  const std::string rejects_path = rejects.empty() ? pipeline::default_rejects_path(files.front()) : rejects;
  outputs.insert(outputs.end(), {{"--rejects", rejects_path}, {"--report", report}, {"--trace", trace.path}});
  for (const auto& [flag, path] : outputs) {
    if (path.empty() || path == "-") continue;
    const bool is_asked_for = path != rejects_path || !rejects.empty();  // else it is made when there is a reject
    if (Result<void> writable = is_asked_for ? check_writable(path) : Result<void>(); !writable) return writable;
    const bool is_file = std::filesystem::is_regular_file(path) || !std::filesystem::exists(path);
    for (const std::string& other : taken) {
      if (is_file && other != "-" && is_same_file(other, path)) {
        return fail(Code::invalid_argument, fmt::format("{} '{}' would overwrite another file of this command", flag, path));
      }
    }
    if (is_file) taken.push_back(path);
  }
  return {};
}

Result<void> JobArguments::check_free(const std::string& path) const {
  for (const std::vector<std::string>& taken : {files, {rejects, report, trace.path}}) {
    for (const std::string& other : taken) {
      if (!other.empty() && other != "-" && is_same_file(other, path)) {
        return fail(Code::invalid_argument, fmt::format("the output is made as '{}', which is another file of this command; give it another name", path));
      }
    }
  }
  return {};
}

void JobArguments::print_rejects(const pipeline::Report& report, std::string_view advice) {
  if (!report.rejects_path.empty()) {
    fmt::print(stderr, "Rejects: {}\n", report.rejects_path);
    if (report.rejects_of_that_reason > 1) {
      fmt::print(stderr, "  {} of {}: {}\n", format_count(report.rejects_of_that_reason), format_count(report.counts.records_rejected),
                 report.first_reject_reason);
    }
    if (!report.first_reject.empty()) fmt::print(stderr, "  the first: {}\n", report.first_reject);
    if (!advice.empty()) fmt::print(stderr, "  {}\n", advice);
  }
  for (const std::string& warning : report.warnings) fmt::print(stderr, "millrace: warning: {}\n", warning);
}

int JobArguments::write_report(const pipeline::Report& what) const {
  if (report.empty()) return what.exit_status;
  Result<File> file = report == "-" ? File::standard_output() : File::create(report);
  if (!file) return report_error(file.error());
  if (const Result<void> done = file->write_all(pipeline::to_json(what)); !done) return report_error(done.error());
  return what.exit_status;
}

int JobArguments::report_no_start(const Error& error) const {
  const int status = report_error(error);
  if (status == exit_nothing_done) return status;
  return write_report({.trace_id = telemetry::to_hex(trace.context.trace_id), .peak_rss_bytes = pipeline::peak_rss_bytes(), .exit_status = status});
}

}  // namespace millrace::app

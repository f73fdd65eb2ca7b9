// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include "commands.h"
#include "millrace/base/bytes.h"
#include "millrace/base/file.h"
#include "millrace/pipeline/process.h"
#include "millrace/record/json.h"
#include "millrace/surrealql/query.h"
#include "metrics_listener.h"
#include "progress_bar.h"
#include "trace_option.h"

namespace millrace::app {
namespace {

struct ProcessArguments {
  std::string query;
  std::vector<std::string> files;
  std::string output = "-";
  std::string output_format;
  std::string format;
  std::string types;
  std::vector<std::string> parameters;
  bool strict = false;
  std::string rejects;
  std::string max_rejects = "100";
  std::string memory = "128MiB";
  std::string max_record = "16MiB";
  std::string progress = "auto";
  std::string report;
  MetricsListener metrics;
  TraceOption trace;
};

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

// By the output's name when it is not said.
Result<pipeline::OutputFormat> output_format(const ProcessArguments& arguments) {
  if (!arguments.output_format.empty()) return pipeline::parse_output_format(arguments.output_format);
  const std::string suffix = std::filesystem::path(arguments.output).extension().string();
  return suffix == ".csv" ? pipeline::OutputFormat::csv : suffix == ".json" ? pipeline::OutputFormat::json : pipeline::OutputFormat::ndjson;
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || std::filesystem::equivalent(a, b, ignored);
}

// Outputs that would overwrite an input, or each other.
Result<void> check_outputs(const ProcessArguments& arguments) {
  std::vector<std::string> taken = arguments.files;
  for (const auto& [flag, path] : {std::pair("--output", arguments.output), std::pair("--rejects", arguments.rejects), std::pair("--report", arguments.report),
                                   std::pair("--trace", arguments.trace.path)}) {
    if (path.empty() || path == "-") continue;
    for (const std::string& other : taken) {
      if (other != "-" && is_same_file(other, path) && (std::filesystem::is_regular_file(path) || !std::filesystem::exists(path))) {
        return fail(Code::invalid_argument, fmt::format("{} '{}' would overwrite another file of this command", flag, path));
      }
    }
    if (Result<void> writable = check_writable(path); !writable) return writable;
    taken.push_back(path);
  }
  if (arguments.output == "-" && arguments.report == "-") return fail(Code::invalid_argument, "--output and --report cannot both be standard output");
  return {};
}

Result<pipeline::ProcessOptions> make_options(const ProcessArguments& arguments) {
  Result<surrealql::Parameters> parameters = parse_parameters(arguments.parameters);
  if (!parameters) return std::unexpected(std::move(parameters).error());
  Result<TypeRules> types = parse_type_rules(arguments.types.empty() ? "auto" : arguments.types);
  if (!types) return std::unexpected(std::move(types).error());
  Result<surrealql::Query> query = surrealql::Query::compile(arguments.query, *parameters, *types);
  if (!query) {
    query.error().message.insert(0, "the query, ");
    return std::unexpected(std::move(query).error());
  }
  pipeline::ProcessOptions options{.files = arguments.files, .query = std::move(*query), .output = arguments.output, .strict = arguments.strict, .rejects_path = arguments.rejects};
  std::optional<Error> error;
  const auto put = [&](auto parsed, auto& target) {
    if (parsed) {
      target = std::move(*parsed);
    } else if (!error) {
      error = std::move(parsed).error();
    }
  };
  put(output_format(arguments), options.output_format);
  if (!arguments.format.empty()) put(decode::parse_format(arguments.format), options.format);
  options.types = std::move(*types);
  put(pipeline::parse_reject_limit(arguments.max_rejects), options.max_rejects);
  put(parse_bytes(arguments.memory), options.memory_bytes);
  put(parse_bytes(arguments.max_record), options.record_bytes_max);
  if (error) return std::unexpected(std::move(*error));
  return options;
}

void print_summary(const pipeline::Report& report) {
  const pipeline::Counts& counts = report.counts;
  fmt::print(stderr, "{} records, {} filtered, {} rejected in {:.2f} s: {} read, peak memory {}\n", format_count(counts.records_read()),
             format_count(counts.records_filtered), format_count(counts.records_rejected), report.seconds, format_bytes(counts.bytes_read),
             format_bytes(report.peak_rss_bytes));
  if (!report.rejects_path.empty()) {
    fmt::print(stderr, "Rejects: {}\n", report.rejects_path);
    if (report.rejects_of_that_reason > 1) {
      fmt::print(stderr, "  {} of {}: {}\n", format_count(report.rejects_of_that_reason), format_count(counts.records_rejected), report.first_reject_reason);
    }
    if (!report.first_reject.empty()) fmt::print(stderr, "  the first: {}\n", report.first_reject);
  }
  for (const std::string& warning : report.warnings) fmt::print(stderr, "millrace: warning: {}\n", warning);
  if (report.stopped) fmt::print(stderr, "millrace: {}\nmillrace: stopped before the end; the output is not whole.\n", describe(*report.stopped));
}

int run_process(ProcessArguments& arguments, std::stop_token stop) {
  const Result<pipeline::ProcessOptions> options = make_options(arguments);
  if (!options) return report_error(options.error());
  Result<void> checked = pipeline::check(*options);
  if (checked) checked = check_outputs(arguments);
  if (!checked) {
    report_error(checked.error());
    return exit_nothing_done;
  }
  const Result<ProgressMode> mode = parse_progress_mode(arguments.progress);
  if (!mode) return report_error(mode.error());
  if (const Result<void> serving = arguments.metrics.start(); !serving) return report_error(serving.error());
  ProgressBar progress(*mode);
  const Result<pipeline::Report> report = pipeline::process(*options, progress, std::move(stop));
  if (!report) return report_error(report.error());
  print_summary(*report);
  if (arguments.report.empty()) return report->exit_status;
  Result<File> file = arguments.report == "-" ? File::standard_output() : File::create(arguments.report);
  if (!file) return report_error(file.error());
  if (const Result<void> done = file->write_all(pipeline::to_json(*report)); !done) return report_error(done.error());
  return report->exit_status;
}

}  // namespace

Command add_process(CLI::App& app) {
  const auto arguments = std::make_shared<ProcessArguments>();
  ProcessArguments& a = *arguments;
  CLI::App& process = *app.add_subcommand("process", "Run a SurrealQL SELECT over files: filter, map, group, order");
  process.add_option("QUERY", a.query, "SELECT … FROM $input [WHERE …] [SPLIT …] [GROUP BY …] [ORDER BY …] [LIMIT …] [START …]")->required();
  process.add_option("FILE", a.files, "NDJSON, a JSON array or CSV, also compressed (gzip, zstd, xz, bzip2); '-' is standard input")->required();
  process.add_option("-o,--output", a.output, "Where the rows go; '-' is standard output")->capture_default_str()->type_name("FILE");
  process.add_option("--output-format", a.output_format, "ndjson, json, csv or table; by the output's name when not given, else ndjson")->type_name("F");
  process.add_option("--format", a.format, "The input's: ndjson, json, csv or rejects; by the file's name when not given")->type_name("F");
  process.add_option("--types", a.types, "FIELD=TYPE,…: text int float decimal bool datetime duration uuid bytes record; auto (CSV), which it is when not given");
  process.add_option("--param", a.parameters, "A value for $NAME in the query: JSON, else text")->type_name("NAME=VALUE")->allow_extra_args(false);
  process.add_flag("--strict", a.strict, "Validate all of every record, not only what the query reads");
  process.add_option("--rejects", a.rejects, "Where rejected records go, as NDJSON; else <first file>.rejects here")->type_name("FILE");
  process.add_option("--max-rejects", a.max_rejects, "Stop beyond N rejects, or N% of the records (from 1,000 on)")->capture_default_str();
  process.add_option("--memory", a.memory, "Bound on this process's memory, at least 48MiB; what does not fit goes to disk")->capture_default_str();
  process.add_option("--max-record", a.max_record, "The largest record; a larger one is rejected")->capture_default_str();
  process.add_option("--progress", a.progress, "auto, always or never")->capture_default_str();
  process.add_option("--report", a.report, "Write the report there as JSON; '-' is standard output")->type_name("FILE");
  a.metrics.add_to(process);
  a.trace.add_to(process);
  return [arguments](const std::stop_token& stop) { return arguments->trace.run([&] { return run_process(*arguments, stop); }); };
}

}  // namespace millrace::app

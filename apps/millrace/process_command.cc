// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "commands.h"
#include "job_arguments.h"
#include "millrace/base/bytes.h"
#include "millrace/pipeline/process.h"
#include "store_job.h"

namespace millrace::app {
namespace {

// Which of its options were given, beside their values.
struct GivenOptions {
  const CLI::Option* to = nullptr;
  const CLI::Option* table = nullptr;
  std::vector<const CLI::Option*> of_a_store;
  std::vector<const CLI::Option*> of_a_file;
};

struct ProcessArguments {
  JobArguments job;
  StoreJobArguments to;
  std::string query;
  std::string output = "-";
  std::string output_format;
  bool strict = false;
  GivenOptions given;
};

// Rows go into a file or into a store.
Result<void> check_where(const GivenOptions& given) {
  const bool to_store = given.to->count() != 0;
  for (const CLI::Option* const option : to_store ? given.of_a_file : given.of_a_store) {
    if (option->count() == 0) continue;
    return fail(Code::invalid_argument, option->get_name() + (to_store ? " is for rows that go into a file, not --to a store" : " is for rows that go --to a store"));
  }
  if (to_store && given.table->count() == 0) return fail(Code::invalid_argument, "--to needs --table NAME");
  return {};
}

// By the output's name when it is not said.
Result<pipeline::OutputFormat> output_format(const ProcessArguments& arguments) {
  if (!arguments.output_format.empty()) return pipeline::parse_output_format(arguments.output_format);
  const std::string suffix = std::filesystem::path(arguments.output).extension().string();
  for (const std::string_view packed : {".gz", ".zst", ".xz", ".bz2"}) {
    if (suffix == packed) {
      return fail(Code::invalid_argument, fmt::format("--output '{}': output is not compressed; leave -o out and pipe it: … | gzip > {}", arguments.output, arguments.output));
    }
  }
  return suffix == ".csv" ? pipeline::OutputFormat::csv : suffix == ".json" ? pipeline::OutputFormat::json : pipeline::OutputFormat::ndjson;
}

// Of standard output, if it is one.
std::optional<std::size_t> terminal_columns() {
  if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void print_summary(const pipeline::Report& report, bool is_grouped) {
  const pipeline::Counts& counts = report.counts;
  fmt::print(stderr, "{} records, {} filtered, {} rejected, {} {} in {:.2f} s: {} read, peak memory {}\n", format_count(counts.records_read()),
             format_count(counts.records_filtered), format_count(counts.records_rejected), format_count(*report.rows_written), is_grouped ? "groups" : "rows",
             report.seconds, format_bytes(counts.bytes_read), format_bytes(report.peak_rss_bytes));
  JobArguments::print_rejects(report, "");
  if (report.stopped) fmt::print(stderr, "millrace: {}\nmillrace: stopped before the end; {}.\n", describe(*report.stopped), report.output_left);
}

Result<pipeline::ProcessOptions> options_for_file(const ProcessArguments& arguments, const pipeline::LoadOptions& common) {
  pipeline::ProcessOptions options{.files = common.files,
                                   .format = common.format,
                                   .query = common.query->query,
                                   .types = common.shape.types,
                                   .output = arguments.output,
                                   .strict = arguments.strict,
                                   .rejects_path = common.rejects_path,
                                   .max_rejects = common.max_rejects,
                                   .record_bytes_max = common.record_bytes_max,
                                   .memory_bytes = common.memory_bytes,
                                   .trace = common.trace};
  std::optional<Error> error;
  put(output_format(arguments), options.output_format, error);
  if (error) return std::unexpected(std::move(*error));
  if (arguments.output == "-") options.terminal_columns = terminal_columns();
  return options;
}

int run_into_file(ProcessArguments& arguments, const pipeline::LoadOptions& common, std::stop_token stop) {
  const Result<pipeline::ProcessOptions> options = options_for_file(arguments, common);
  if (!options) return report_error(options.error());
  Result<void> checked = pipeline::check(*options);
  if (checked) checked = arguments.job.check_outputs({{"--output", arguments.output}}, {});
  if (checked && arguments.output != "-") checked = arguments.job.check_free(pipeline::part_path(arguments.output));
  if (checked && arguments.output == "-" && arguments.job.report == "-") {
    checked = fail(Code::invalid_argument, "--output and --report cannot both be standard output");
  }
  if (!checked) {
    report_error(checked.error());
    return exit_nothing_done;
  }
  Result<ProgressMode> mode = parse_progress_mode(arguments.job.progress);
  if (!mode) return report_error(mode.error());
  if (*mode == ProgressMode::automatic && options->terminal_columns) mode = ProgressMode::never;  // rows are progress enough
  if (const Result<void> serving = arguments.job.metrics.start(); !serving) return report_error(serving.error());
  ProgressBar progress(*mode);
  const Result<pipeline::Report> report = pipeline::process(*options, progress, std::move(stop));
  if (!report) return arguments.job.report_no_start(report.error());
  print_summary(*report, options->query.is_grouped());
  return arguments.job.write_report(*report);
}

int run_process(ProcessArguments& arguments, std::stop_token stop) {
  if (const Result<void> checked = check_where(arguments.given); !checked) return report_error(checked.error());
  if (const Result<void> expanded = arguments.job.expand_files(); !expanded) {
    report_error(expanded.error());
    return exit_nothing_done;
  }
  Result<pipeline::LoadOptions> options = arguments.job.options("auto");
  if (!options) return report_error(options.error());
  Result<pipeline::LoadQuery> query = arguments.job.compile(arguments.query, options->shape.types);
  if (!query) return report_error(query.error());
  options->query = *std::move(query);
  options->query->strict = arguments.strict;
  if (arguments.given.to->count() == 0) return run_into_file(arguments, *options, std::move(stop));
  if (const Result<void> completed = arguments.to.complete(*options); !completed) return report_error(completed.error());
  return run_store_job(arguments.job, arguments.to, *options, std::move(stop));
}

}  // namespace

Command add_process(CLI::App& app, std::span<char* const> command_line) {
  const auto arguments = std::make_shared<ProcessArguments>();
  ProcessArguments& a = *arguments;
  a.to.store.url.clear();
  a.to.resume_command = resume_command(command_line);
  CLI::App& process = *app.add_subcommand("process", "Run a SurrealQL SELECT over files: filter, map, group, order");
  process.add_option("QUERY", a.query, "SELECT … FROM $input [WHERE …] [SPLIT …] [GROUP BY …] [ORDER BY …] [LIMIT …] [START …]")->required();
  a.job.add_files_to(process);
  GivenOptions& given = a.given;
  given.of_a_file.push_back(
      process.add_option("-o,--output", a.output, "Where the rows go; '-' is standard output. A file is there when it is whole")->capture_default_str()->type_name("FILE"));
  given.of_a_file.push_back(
      process.add_option("--output-format", a.output_format, "ndjson, json, csv or table; by the output's name when not given, else ndjson")->type_name("F"));
  process.add_option("--format", a.job.format, "The input's: ndjson, json, csv or rejects; by the file's name when not given")->type_name("F");
  process.add_option("--types", a.job.types, "FIELD=TYPE,…: text int float decimal bool datetime duration uuid bytes record; auto (CSV), which it is when not given");
  a.job.add_parameters_to(process);
  process.add_flag("--strict", a.strict, "Validate all of every record, not only what the query reads");
  a.job.add_rejects_to(process);
  a.job.add_rest_to(process, "Bound on this process's memory, at least 48MiB; what does not fit goes to disk");
  CLI::App& into = *process.add_option_group("Rows that go into a store", "in place of a file");
  a.to.store.add_to(into, "--to", "Where to write");
  given.to = into.get_option("--to");
  given.table = into.add_option("--table", a.to.table, "The table; 'post' has a shape: title, content, created_at")->type_name("NAME");
  a.to.add_records_to(into);
  a.to.add_resume_to(into);
  a.to.add_batches_to(into);
  a.to.add_wait_to(into);
  for (const CLI::Option* const option : into.get_options()) {
    if (option != given.to) given.of_a_store.push_back(option);
  }
  return [arguments](const std::stop_token& stop) { return arguments->job.trace.run([&] { return run_process(*arguments, stop); }); };
}

}  // namespace millrace::app

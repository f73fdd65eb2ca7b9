// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "commands.h"
#include "millrace/base/bytes.h"
#include "millrace/base/file.h"
#include "millrace/pipeline/load.h"
#include "millrace/pipeline/store_patience.h"
#include "millrace/surrealdb/address.h"
#include "millrace/surrealql/parse.h"
#include "metrics_listener.h"
#include "progress_bar.h"
#include "store_arguments.h"
#include "trace_option.h"

namespace millrace::app {
namespace {

// The command line as it was typed; options() gives it its meaning.
struct LoadArguments {
  std::vector<std::string> files;
  StoreArguments store;
  std::string table;
  std::string format;
  std::string types;
  std::string query;
  std::string id_field = "id";
  std::string on_duplicate = "fail";
  std::string rejects;
  std::string max_rejects = "100";
  std::string batch = "auto";
  std::string in_flight = "auto";
  std::string memory = "128MiB";
  std::string max_record = "16MiB";
  std::string wait = "60s";
  std::string progress = "auto";
  std::string report;
  MetricsListener metrics;
  TraceOption trace;
  bool resume = false;
  bool restart = false;
  std::string resume_command;
};

Result<std::optional<std::size_t>> parse_auto_or_count(std::string_view flag, std::string_view text) {
  if (text == "auto") return std::nullopt;
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{} && end == text.data() + text.size() && count > 0 && count <= 1'000'000) return count;
  return fail(Code::invalid_argument, fmt::format("{}: '{}' is neither auto nor a number from 1 to 1000000", flag, text));
}

Result<std::chrono::milliseconds> parse_wait(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, text.data() + text.size());
  const std::uint64_t unit_ms = unit == "ms" ? 1 : unit == "s" ? 1'000 : unit == "m" ? 60'000 : unit == "h" ? 3'600'000 : 0;
  if (error != std::errc{} || unit_ms == 0 || count > 1'000'000'000) {
    return fail(Code::invalid_argument, fmt::format("--wait: '{}' is no time such as 500ms, 60s, 5m or 1h", text));
  }
  constexpr std::chrono::milliseconds longest = std::chrono::years(10);  // clocks count nanoseconds in 64 bits
  return std::min(std::chrono::milliseconds(count * unit_ms), longest);
}

Result<store::OnDuplicate> parse_on_duplicate(std::string_view text) {
  if (text == "fail") return store::OnDuplicate::fail;
  if (text == "skip") return store::OnDuplicate::skip;
  if (text == "replace") return store::OnDuplicate::replace;
  return fail(Code::invalid_argument, fmt::format("--on-duplicate: '{}' is none of fail, skip, replace", text));
}

// Puts the parsed value where it belongs, or keeps the first error.
template <typename T, typename Target>
void put(Result<T> parsed, Target& target, std::optional<Error>& error) {
  if (parsed) {
    target = std::move(*parsed);
  } else if (!error) {
    error = std::move(parsed).error();
  }
}

Result<pipeline::LoadOptions> make_options(const LoadArguments& arguments) {
  pipeline::LoadOptions options{.files = arguments.files, .rejects_path = arguments.rejects, .trace = arguments.trace.context};
  std::optional<Error> error;
  options.shape.table = arguments.table;
  options.shape.id_field = arguments.id_field;
  if (!arguments.format.empty()) put(decode::parse_format(arguments.format), options.format, error);
  put(parse_type_rules(arguments.types), options.shape.types, error);
  if (!arguments.query.empty()) put(surrealql::parse_select(arguments.query), options.shape.projection, error);
  put(parse_on_duplicate(arguments.on_duplicate), options.on_duplicate, error);
  put(pipeline::parse_reject_limit(arguments.max_rejects), options.max_rejects, error);
  put(parse_auto_or_count("--batch", arguments.batch), options.batch_records, error);
  put(parse_auto_or_count("--in-flight", arguments.in_flight), options.in_flight, error);
  put(parse_bytes(arguments.memory), options.memory_bytes, error);
  put(parse_bytes(arguments.max_record), options.record_bytes_max, error);
  put(parse_wait(arguments.wait), options.wait, error);
  if (arguments.resume && arguments.restart) {
    error = Error{Code::invalid_argument, "--resume goes on with an interrupted load, and --restart forgets it: give one of them", {}};
  }
  options.resume = arguments.resume ? pipeline::Resume::yes : arguments.restart ? pipeline::Resume::restart : pipeline::Resume::no;
  if (error) return std::unexpected(std::move(*error));
  return options;
}

// As a shell reads it.
std::string for_shell(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%^";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

// The same command, and --resume; passwords are not shown.
std::string resume_command(std::span<char* const> command_line) {
  std::string text;
  for (const std::string_view word : command_line) {
    if (word == "--resume" || word == "--restart") continue;
    text += for_shell(word.find("://") == std::string_view::npos ? std::string(word) : surrealdb::redacted(word)) + " ";
  }
  return text + "--resume";
}

// How to go on after a stop.
std::string advice(const pipeline::Report& report, const LoadArguments& arguments) {
  if (report.can_resume) return "To go on, run:\n  " + arguments.resume_command;
  return "It cannot be resumed; to go on, run the same command with --on-duplicate skip (records without an id of their own would be "
         "written twice).";
}

void print_summary(const pipeline::Report& report, const LoadArguments& arguments, std::string_view store_name) {
  const pipeline::Counts& counts = report.counts;
  fmt::print(stderr, "{} written, {} rejected, {} skipped into {} ({}) in {:.2f} s: {} records/s, {} read, {} batches, peak memory {}\n",
             format_count(counts.records_written), format_count(counts.records_rejected), format_count(counts.records_skipped),
             arguments.table, store_name, report.seconds, format_count(static_cast<std::uint64_t>(report.records_per_second())),
             format_bytes(counts.bytes_read), format_count(report.batches), format_bytes(report.peak_rss_bytes));
  if (report.batching) fmt::print(stderr, "Batches: {}\n", report.batching->text());
  if (!report.rejects_path.empty()) {
    fmt::print(stderr, "Rejects: {}\n", report.rejects_path);
    if (report.rejects_of_that_reason > 1) {
      fmt::print(stderr, "  {} of {}: {}\n", format_count(report.rejects_of_that_reason), format_count(counts.records_rejected),
                 report.first_reject_reason);
    }
    if (!report.first_reject.empty()) fmt::print(stderr, "  the first: {}\n", report.first_reject);
    fmt::print(stderr, "  Mend them there and load that file again.\n");
  }
  for (const std::string& warning : report.warnings) fmt::print(stderr, "millrace: warning: {}\n", warning);
  if (report.stopped) {
    fmt::print(stderr, "millrace: {}\nmillrace: stopped before the end of the input. What is counted as written is durable. {}\n",
               describe(*report.stopped), advice(report, arguments));
  }
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || std::filesystem::equivalent(a, b, ignored);
}

// Told before anything is done, as by pipeline::check(): a report that cannot be written, and outputs that would overwrite an
// input, the store, or each other.
Result<void> check_outputs(const LoadArguments& arguments) {
  constexpr std::string_view sqlite = "sqlite:";
  std::vector<std::string> taken = arguments.files;
  if (arguments.store.url.starts_with(sqlite)) taken.push_back(arguments.store.url.substr(sqlite.size()));
  for (const auto& [flag, path] : {std::pair("--rejects", arguments.rejects), std::pair("--report", arguments.report), std::pair("--trace", arguments.trace.path)}) {
    if (path.empty() || path == "-") continue;
    if (Result<void> writable = check_writable(path); !writable) return writable;
    for (const std::string& other : taken) {
      if (is_same_file(other, path)) {
        return fail(Code::invalid_argument, fmt::format("{} '{}' would overwrite another file of this command", flag, path));
      }
    }
    if (std::filesystem::is_regular_file(path) || !std::filesystem::exists(path)) taken.push_back(path);
  }
  return {};
}

int write_report(const pipeline::Report& report, const std::string& path) {
  if (path.empty()) return report.exit_status;
  Result<File> file = path == "-" ? File::standard_output() : File::create(path);
  if (!file) return report_error(file.error());
  if (const Result<void> done = file->write_all(pipeline::to_json(report)); !done) return report_error(done.error());
  return report.exit_status;
}

// The store could not be had: nothing was read, and unless the command line is to blame the report says so.
int report_no_start(const Error& error, const telemetry::TraceContext& trace, const std::string& path) {
  const int status = report_error(error);
  if (status == exit_nothing_done) return status;
  return write_report(
      {.trace_id = telemetry::to_hex(trace.trace_id), .peak_rss_bytes = pipeline::peak_rss_bytes(), .exit_status = status}, path);
}

int run_load(LoadArguments& arguments, std::stop_token stop) {
  const Result<pipeline::LoadOptions> options = make_options(arguments);
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
  Result<std::unique_ptr<store::Store>> store = pipeline::StorePatience(options->wait, stop, progress).until_it_answers([&] {
    return arguments.store.open({.stop = stop});
  });
  if (!store) return report_no_start(store.error(), options->trace, arguments.report);
  const Result<pipeline::Report> report = pipeline::load(*options, **store, progress, std::move(stop));
  if (!report) return report_no_start(report.error(), options->trace, arguments.report);
  print_summary(*report, arguments, (*store)->capabilities().name);
  return write_report(*report, arguments.report);
}

}  // namespace

Command add_load(CLI::App& app, std::span<char* const> command_line) {
  const auto arguments = std::make_shared<LoadArguments>();
  LoadArguments& a = *arguments;
  a.resume_command = resume_command(command_line);
  CLI::App& load = *app.add_subcommand("load", "Write the records of files into a table, in batches");
  load.add_option("FILE", a.files, "NDJSON, a JSON array or CSV, also compressed (gzip, zstd, xz, bzip2); '-' is standard input")->required();
  a.store.add_to(load, "--to", "Where to write");
  load.add_option("--table", a.table, "The table; 'post' has a shape: title, content, created_at")->required()->type_name("NAME");
  load.add_option("--format", a.format, "ndjson, json, csv or rejects; by the file's name when not given")->type_name("F");
  load.add_option("--types", a.types, "FIELD=TYPE,…: text int float decimal bool datetime duration uuid bytes record; or auto (CSV)");
  load.add_option("--query", a.query, "SELECT field [AS name], … FROM $input: which fields to keep")->type_name("QUERY");
  load.add_option("--id", a.id_field, "The field that holds the id; without one an id is generated")->capture_default_str()->type_name("FIELD");
  load.add_option("--on-duplicate", a.on_duplicate, "fail: reject the record; skip: keep what is there; replace: overwrite it")
      ->capture_default_str();
  load.add_option("--rejects", a.rejects, "Where rejected records go, as NDJSON; else <first file>.rejects here")->type_name("FILE");
  load.add_option("--max-rejects", a.max_rejects, "Stop beyond N rejects, or N% of the records (from 1,000 on)")->capture_default_str();
  load.add_flag("--resume", a.resume, "Go on where this load of the same files stopped or was killed; else begin");
  load.add_flag("--restart", a.restart, "Forget that it was interrupted, and begin anew");
  load.add_option("--batch", a.batch, "Records in a transaction: auto or N")->capture_default_str();
  load.add_option("--in-flight", a.in_flight, "Requests under way at once: auto or N")->capture_default_str();
  load.add_option("--memory", a.memory, "Bound on this process's memory, at least 48MiB")->capture_default_str();
  load.add_option("--max-record", a.max_record, "The largest record; a larger one is rejected")->capture_default_str();
  load.add_option("--wait", a.wait, "How long to wait for a store that is down or fails")->capture_default_str();
  load.add_option("--progress", a.progress, "auto, always or never")->capture_default_str();
  load.add_option("--report", a.report, "Write the report there as JSON; '-' is standard output")->type_name("FILE");
  a.metrics.add_to(load);
  a.trace.add_to(load);
  return [arguments](const std::stop_token& stop) { return arguments->trace.run([&] { return run_load(*arguments, stop); }); };
}

}  // namespace millrace::app

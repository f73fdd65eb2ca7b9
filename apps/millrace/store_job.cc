// SPDX-License-Identifier: Apache-2.0
#include "store_job.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "millrace/base/bytes.h"
#include "millrace/pipeline/store_patience.h"
#include "millrace/surrealdb/address.h"

namespace millrace::app {
namespace {

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

// As a shell reads it.
std::string for_shell(std::string_view word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%^";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

// How to go on after a stop.
std::string advice(const pipeline::Report& report, const StoreJobArguments& to) {
  if (report.can_resume) return "To go on, run:\n  " + to.resume_command;
  return "It cannot be resumed; to go on, run the same command with --on-duplicate skip (records without an id of their own would be "
         "written twice).";
}

void print_summary(const pipeline::Report& report, const StoreJobArguments& to, const pipeline::LoadOptions& options, std::string_view store_name) {
  const pipeline::Counts& counts = report.counts;
  const bool is_grouped = options.query && options.query->query.is_grouped();
  const std::string groups = is_grouped ? fmt::format(" in {} groups", format_count(*report.rows_written)) : "";
  const std::string filtered = options.query ? fmt::format(", {} filtered", format_count(counts.records_filtered)) : "";
  fmt::print(stderr, "{} written{}, {} rejected, {} skipped{} into {} ({}) in {:.2f} s: {} records/s, {} read, {} batches, peak memory {}\n",
             format_count(counts.records_written), groups, format_count(counts.records_rejected), format_count(counts.records_skipped), filtered,
             to.table, store_name, report.seconds, format_count(static_cast<std::uint64_t>(report.records_per_second())),
             format_bytes(counts.bytes_read), format_count(report.batches), format_bytes(report.peak_rss_bytes));
  if (report.batching) fmt::print(stderr, "Batches: {}\n", report.batching->text());
  JobArguments::print_rejects(report, options.query ? "Mend them there and load that file again, with the same query." : "Mend them there and load that file again.");
  if (report.stopped) {
    fmt::print(stderr, "millrace: {}\nmillrace: stopped before the end of the input. What is counted as written is durable. {}\n",
               describe(*report.stopped), advice(report, to));
  }
}

Result<void> check_all(const JobArguments& job, const StoreJobArguments& to, const pipeline::LoadOptions& options) {
  if (Result<void> checked = pipeline::check(options); !checked) return checked;
  constexpr std::string_view sqlite = "sqlite:";
  std::vector<std::string> taken;
  if (to.store.url.starts_with(sqlite)) taken.push_back(to.store.url.substr(sqlite.size()));
  return job.check_outputs({}, std::move(taken));
}

}  // namespace

void StoreJobArguments::add_records_to(CLI::App& command) {
  command.add_option("--id", id_field, "The field that holds the id; without one an id is generated")->capture_default_str()->type_name("FIELD");
  command.add_option("--on-duplicate", on_duplicate, "fail: reject the record; skip: keep what is there; replace: overwrite it")->capture_default_str();
}

void StoreJobArguments::add_resume_to(CLI::App& command) {
  command.add_flag("--resume", resume, "Go on where this load of the same files stopped or was killed; else begin");
  command.add_flag("--restart", restart, "Forget that it was interrupted, and begin anew");
}

void StoreJobArguments::add_batches_to(CLI::App& command) {
  command.add_option("--batch", batch, "Records in a transaction: auto or N")->capture_default_str();
  command.add_option("--in-flight", in_flight, "Requests under way at once: auto or N")->capture_default_str();
}

void StoreJobArguments::add_wait_to(CLI::App& command) {
  command.add_option("--wait", wait, "How long to wait for a store that is down or fails")->capture_default_str();
}

Result<void> StoreJobArguments::complete(pipeline::LoadOptions& options) const {
  std::optional<Error> error;
  options.shape.table = table;
  options.shape.id_field = id_field;
  put(parse_on_duplicate(on_duplicate), options.on_duplicate, error);
  put(parse_auto_or_count("--batch", batch), options.batch_records, error);
  put(parse_auto_or_count("--in-flight", in_flight), options.in_flight, error);
  put(parse_wait(wait), options.wait, error);
  if (resume && restart) {
    error = Error{Code::invalid_argument, "--resume goes on with an interrupted load, and --restart forgets it: give one of them", {}};
  }
  options.resume = resume ? pipeline::Resume::yes : restart ? pipeline::Resume::restart : pipeline::Resume::no;
  return error ? Result<void>(std::unexpected(std::move(*error))) : Result<void>();
}

// The same command, and --resume; the store's password is not shown.
std::string resume_command(std::span<char* const> command_line) {
  std::string text;
  bool is_store = false;
  for (const std::string_view word : command_line) {
    // Any other word may hold a URL and an '@' of its own: a query does.
    const bool has_password = (is_store || word.starts_with("--to=")) && word.find("://") != std::string_view::npos;
    is_store = word == "--to";
    if (word == "--resume" || word == "--restart") continue;
    text += for_shell(has_password ? surrealdb::redacted(word) : std::string(word)) + " ";
  }
  return text + "--resume";
}

int run_store_job(JobArguments& job, const StoreJobArguments& to, const pipeline::LoadOptions& options, std::stop_token stop) {
  if (const Result<void> checked = check_all(job, to, options); !checked) {
    report_error(checked.error());
    return exit_nothing_done;
  }
  const Result<ProgressMode> mode = parse_progress_mode(job.progress);
  if (!mode) return report_error(mode.error());
  if (const Result<void> serving = job.metrics.start(); !serving) return report_error(serving.error());
  ProgressBar progress(*mode);
  Result<std::unique_ptr<store::Store>> store =
      pipeline::StorePatience(options.wait, stop, progress).until_it_answers([&] { return to.store.open({.stop = stop}); });
  if (!store) return job.report_no_start(store.error());
  const Result<pipeline::Report> report = pipeline::load(options, **store, progress, std::move(stop));
  if (!report) return job.report_no_start(report.error());
  print_summary(*report, to, options, (*store)->capabilities().name);
  return job.write_report(*report);
}

}  // namespace millrace::app

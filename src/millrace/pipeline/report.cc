// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/report.h"


#include <cstdlib>

#include "millrace/base/file.h"
#include "millrace/record/json.h"

namespace millrace::pipeline {

namespace {

Value integer(std::uint64_t value) { return Value(static_cast<std::int64_t>(value)); }

// The present choice, and the curve of each statement's shape: what a request takes, in seconds, is request + transactions x
// (transaction + row x rows + row_squared x rows²).
Value batching(const batch::Explanation& said) {
  Array curves;
  for (const batch::Explanation::Fit& fit : said.fits) {
    curves.push_back(Object{{"shape", std::string(batch::to_string(fit.shape))},
                            {"request_seconds", fit.request_seconds},
                            {"transaction_seconds", fit.transaction_seconds},
                            {"row_seconds", fit.row_seconds},
                            {"row_squared_seconds", fit.row_squared_seconds}});
  }
  return Object{{"shape", std::string(batch::to_string(said.limits.shape))},
                {"rows_per_transaction", integer(said.limits.rows_per_transaction)},
                {"transactions_per_request", integer(said.limits.transactions_per_request)},
                {"in_flight", integer(said.limits.in_flight)},
                {"records_per_second_expected", said.rows_per_second_expected},
                {"curves", std::move(curves)}};
}

}  // namespace

std::string_view Report::limited_by() const {
  if (!batching) return batches == 0 ? "store" : "fixed";
  return batch::to_string(batching->limited_by);
}

std::string to_json(const Report& report) {
  const Counts& counts = report.counts;
  Object members{
      {"records_read", integer(counts.records_read())},
      {"records_written", integer(counts.records_written)},
      {"records_rejected", integer(counts.records_rejected)},
      {"records_skipped", integer(counts.records_skipped)},
      {"records_filtered", integer(counts.records_filtered)},
      {"bytes_read", integer(counts.bytes_read)},
      {"seconds", report.seconds},
      {"records_per_second", report.records_per_second()},
      {"batches", integer(report.batches)},
      {"calls", integer(report.calls)},
      {"retries", integer(report.retries)},
      {"conflicts", integer(report.conflicts)},
      {"batch_records_last", integer(report.batch_records_last)},
      {"in_flight_last", integer(report.in_flight_last)},
      {"limited_by", std::string(report.limited_by())},
      {"batching", report.batching ? batching(*report.batching) : Value(nullptr)},
      {"resumed", report.resumed},
      {"trace_id", report.trace_id},
      {"peak_rss_bytes", integer(report.peak_rss_bytes)},
      {"exit_status", static_cast<std::int64_t>(report.exit_status)},
  };
  if (report.rows_written) members.push_back({"rows_written", integer(*report.rows_written)});
  return millrace::to_json(Value(std::move(members))) + "\n";
}

// VmHWM, not getrusage's ru_maxrss: that one also counts what the parent held at the fork.
std::uint64_t peak_rss_bytes() {
  const Result<std::string> status = read_small_file("/proc/self/status", 64u << 10);
  constexpr std::string_view name = "VmHWM:";
  const std::size_t at = status ? status->find(name) : std::string::npos;
  if (at == std::string::npos) return 0;
  return std::strtoull(status->c_str() + at + name.size(), nullptr, 10) * 1024;
}

}  // namespace millrace::pipeline

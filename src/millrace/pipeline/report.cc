// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/report.h"


#include <cstdlib>

#include "millrace/base/file.h"
#include "millrace/record/json.h"

namespace millrace::pipeline {

std::string to_json(const Report& report) {
  const auto integer = [](std::uint64_t value) { return Value(static_cast<std::int64_t>(value)); };
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
      {"limited_by", report.limited_by},
      {"resumed", report.resumed},
      {"peak_rss_bytes", integer(report.peak_rss_bytes)},
      {"exit_status", static_cast<std::int64_t>(report.exit_status)},
  };
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

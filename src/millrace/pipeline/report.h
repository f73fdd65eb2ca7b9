// SPDX-License-Identifier: Apache-2.0
//
// What a job says at its end, and while it runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/batch/controller.h"

namespace millrace::pipeline {

struct Counts {
  std::uint64_t records_written = 0;
  std::uint64_t records_rejected = 0;
  std::uint64_t records_skipped = 0;
  std::uint64_t records_filtered = 0;
  std::uint64_t bytes_read = 0;  // of the uncompressed input

  std::uint64_t records_read() const { return records_written + records_rejected + records_skipped + records_filtered; }
};

struct Report {
  Counts counts;
  std::optional<std::uint64_t> rows_written;  // of a query: as records_written, but groups where it groups
  double seconds = 0;  // first read to last commit
  std::uint64_t batches = 0;
  std::uint64_t calls = 0;
  std::uint64_t retries = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t batch_records_last = 0;
  std::uint64_t in_flight_last = 0;
  std::optional<batch::Explanation> batching;  // none when nothing was left to choose, or nothing was sent
  bool resumed = false;
  std::string trace_id;  // 32 hex digits
  std::uint64_t peak_rss_bytes = 0;
  int exit_status = 0;

  // Beyond contract.md's JSON: why it stopped before the end, where the rejects are, what else to tell the user.
  std::optional<Error> stopped;
  std::string rejects_path;         // empty when nothing was rejected
  std::string first_reject;         // in words
  std::string first_reject_reason;  // the same without its place
  std::uint64_t rejects_of_that_reason = 0;
  std::vector<std::string> warnings;
  bool can_resume = false;  // after a stop: with --resume
  std::string output_left;  // after a stop, of a file: what is there of it

  std::string_view limited_by() const;  // contract.md's words
  double records_per_second() const { return seconds > 0 ? static_cast<double>(counts.records_written) / seconds : 0; }
};

// One JSON object with the members of contract.md and a newline.
std::string to_json(const Report& report);

// The largest resident size of this process so far.
std::uint64_t peak_rss_bytes();

struct ProgressState {
  Counts counts;
  double seconds = 0;
  std::uint64_t bytes_taken = 0;  // of the files, compressed as they are
  std::optional<std::uint64_t> bytes_total;
};

// Told now and then how far a job is, and once at its end.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void update(const ProgressState& state) = 0;
  virtual void finish(const ProgressState& state) = 0;
  // One line for the user, about the store.
  virtual void notice(std::string_view) {}
};

}  // namespace millrace::pipeline

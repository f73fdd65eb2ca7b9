// SPDX-License-Identifier: Apache-2.0
//
// The load job: files into a table of a store.
//
//   Result<Report> report = load({.files = {"posts.ndjson"}, .shape = {.table = "post"}}, *store, progress, stop);
//
// The store holds a checkpoint of the load until it is done, so that one that is stopped, or killed, can be resumed; of an
// input that cannot be read again (standard input, a pipe) there is none.
// Every record that was read ends as written, skipped, rejected or filtered by the query; the report counts them. An error in place of a report
// means that nothing was done. Memory does not depend on the input's size.
// Threads: `workers` decode side by side; the caller's thread commits.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/batch/batcher.h"
#include "millrace/decode/format.h"
#include "millrace/pipeline/report.h"
#include "millrace/record/block_writer.h"
#include "millrace/store/store.h"
#include "millrace/surrealql/query.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::pipeline {

// --max-rejects: a count, or a share of the records read, which is looked at from 1,000 records on.
struct RejectLimit {
  std::optional<std::uint64_t> records = 100;
  std::optional<double> percent;

  bool passed_by(std::uint64_t rejected, std::uint64_t read) const;
};
// "100" or "2.5%"
Result<RejectLimit> parse_reject_limit(std::string_view text);

// Whether a load that was interrupted is gone on with: see LoadOptions::resume.
enum class Resume : std::uint8_t { no, yes, restart };

// What becomes of each record before it is written (docs/processing.md, "Into a store").
struct LoadQuery {
  surrealql::Query query;
  std::string text;    // and its parameters: an interrupted load is resumed only with the same
  bool strict = true;  // validate all of each record, not only what the query reads
};

struct LoadOptions {
  std::vector<std::string> files;         // paths; "-" is standard input
  std::optional<decode::Format> format;   // by each name when there is none
  RecordShape shape;                      // table, id field, types
  std::optional<LoadQuery> query;         // without one records are written as they are
  store::OnDuplicate on_duplicate = store::OnDuplicate::fail;
  std::string rejects_path;               // empty: "<first file>.rejects" in the working directory
  RejectLimit max_rejects;
  std::size_t record_bytes_max = 16u << 20;
  std::size_t memory_bytes = 128u << 20;  // least 48 MiB
  std::optional<std::size_t> batch_records;  // --batch N: records a transaction; else the controller finds it
  std::optional<std::size_t> in_flight;      // --in-flight N
  std::chrono::milliseconds wait{60'000};    // for a store that fails
  // When an earlier load of the same files into the same table did not come to its end: no refuses to load, yes goes on where
  // it stopped, restart forgets it and begins anew. When there is none, all begin anew.
  Resume resume = Resume::no;
  std::size_t workers = 0;                   // 0: one for each core
  std::optional<batch::BatchLimits> limits;  // all of a batch's limits, in place of the controller
  telemetry::TraceContext trace = telemetry::TraceContext::from_environment();  // of this load, in its metrics and its report
};

// Where rejects go when nothing is said: in the working directory.
std::string default_rejects_path(const std::string& first_file);

// What can be known to be wrong before anything is done, a store opened included: the table's name, the figures, an input
// that cannot be read, a file of rejects that cannot be written or is an input. load() checks it again.
Result<void> check(const LoadOptions& options);

Result<Report> load(const LoadOptions& options, store::Store& store, Progress& progress, std::stop_token stop);

}  // namespace millrace::pipeline

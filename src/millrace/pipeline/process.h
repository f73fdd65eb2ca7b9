// SPDX-License-Identifier: Apache-2.0
//
// The process job: a query over files, into a file or standard output.
//
//   Result<surrealql::Query> query = surrealql::Query::compile("SELECT title FROM $input WHERE score > 2");
//   Result<Report> report = process({.files = {"posts.ndjson"}, .query = *query, .output = "-"}, progress, stop);
//
// A file is there as a whole or not at all: until then it is `<output>.part`. Where rows are to go into a store, see load.h.
// Rows come in the input's order, unless the query sorts or groups them. A record that cannot be read, or for which the query
// fails, is a reject; its neighbours are not touched. Memory is bounded by `memory_bytes` for every query: what does not fit is put
// aside on disk.
// Threads: `workers` read and evaluate side by side, and write in turns; the caller's waits, and writes what was grouped or sorted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/decode/format.h"
#include "millrace/pipeline/load.h"
#include "millrace/pipeline/report.h"
#include "millrace/pipeline/row_format.h"
#include "millrace/surrealql/query.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::pipeline {

struct ProcessOptions {
  std::vector<std::string> files;        // paths; "-" is standard input
  std::optional<decode::Format> format;  // by each name when there is none
  surrealql::Query query;
  TypeRules types;                       // of the input's fields; CSV's are found out unless rules are given
  std::string output = "-";              // a path; "-" is standard output
  OutputFormat output_format = OutputFormat::ndjson;
  std::optional<std::size_t> terminal_columns;  // a table's rows are to fit in
  bool strict = false;                   // validate all of each record, not only what the query reads
  std::string rejects_path;              // empty: "<first file>.rejects" in the working directory
  RejectLimit max_rejects;
  std::size_t record_bytes_max = 16u << 20;
  std::size_t memory_bytes = 128u << 20;  // least 48 MiB
  std::size_t workers = 0;                // 0: one for each core
  telemetry::TraceContext trace = telemetry::TraceContext::from_environment();
};

// What the output is called until it is whole.
std::string part_path(const std::string& output);

// What can be known to be wrong before anything is done. process() checks it again.
Result<void> check(const ProcessOptions& options);

Result<Report> process(const ProcessOptions& options, Progress& progress, std::stop_token stop);

}  // namespace millrace::pipeline

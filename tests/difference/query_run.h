// SPDX-License-Identifier: Apache-2.0
//
// Runs a query over a few records as the process job does, but gives the rows with their types: what the differential test compares with
// the engine.
//
//   Answer answer = run_query("SELECT a FROM $input", {{R"({"a":1})", ""}, {R"({"a":"1.5"})", "a=decimal"}}, {});
//   answer.rows → {"{a: 1}", "{a: 1.5dec}"}
//
// The records are dealt to several workers, each with a query, reader, groups and rows of its own, so that merging is part of every run;
// records with other types go to other workers. With few `bytes`, groups and rows go to disk.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::testing {

struct InputRecord {
  std::string json;
  std::string types;  // as --types has it
};

struct RunOptions {
  std::size_t workers = 2;         // for each of the types
  std::size_t bytes = 64u << 20;  // of a worker's groups or rows
  bool as_array = false;           // the records are read as a JSON array, not as lines
  bool strict = false;             // as --strict
};

struct Reject {
  std::size_t record = 0;
  std::string reason;
};

struct Answer {
  std::string refused;  // why there is no such query; empty: there is
  std::vector<std::string> rows;
  std::vector<Reject> rejects;
  std::string defect;  // something that contradicts itself, without the engine
};

Answer run_query(std::string_view query, const std::vector<InputRecord>& records, const RunOptions& options);

}  // namespace millrace::testing

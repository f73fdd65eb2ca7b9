// SPDX-License-Identifier: Apache-2.0
//
// How rows are written: NDJSON, a JSON array, CSV, a table for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/surrealql/selector.h"

namespace millrace::pipeline {

enum class OutputFormat : std::uint8_t { ndjson, json, csv, table };
// "ndjson", "json", "csv", "table"
Result<OutputFormat> parse_output_format(std::string_view text);

// Appends the selector's row to `out`, as it stands between begin() and end().
class RowFormat {
 public:
  RowFormat(OutputFormat format, const surrealql::Query& query);

  // Before the first row, and behind the last; `is_empty`: there was none.
  std::string begin() const;
  std::string end(bool is_empty) const;
  void append(surrealql::Selector& selector, std::string& out) const;
  // JSON puts a comma before each row but the first, which append() cannot know: what it puts there.
  std::size_t bytes_before_a_row() const { return format_ == OutputFormat::json ? 2 : 0; }

 private:
  OutputFormat format_;
  std::vector<std::string> names_;
};

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
//
// How rows are written: NDJSON, a JSON array, CSV, a table for people.
//
// CSV and tables have a header, so their columns are fixed before the first row. A row with a member that is none of them cannot
// be written; that nothing is lost unseen, it is a reject.
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

inline bool has_columns(OutputFormat format) { return format == OutputFormat::csv || format == OutputFormat::table; }

// A table's rows on their way to its layout (table_layout.h): cells, each behind a mark, and a line break.
namespace table_text {
inline constexpr char number = '\x1e';  // a cell to be aligned to the right
inline constexpr char text = '\x1f';
}  // namespace table_text

// Appends the selector's row to `out`, as it stands between begin() and end(). Threads: any, append() too.
class RowFormat {
 public:
  // `columns`: of CSV and tables.
  RowFormat(OutputFormat format, const surrealql::Query& query, std::vector<std::string> columns = {});

  // Before the first row, and behind the last; `is_empty`: there was none.
  std::string begin() const;
  std::string end(bool is_empty) const;
  // False when the row has a member that is no column: the selector has the failure.
  bool append(surrealql::Selector& selector, std::string& out) const;
  // JSON puts a comma before each row but the first, which append() cannot know: so many bytes of the first are to be left out.
  std::size_t bytes_before_first() const { return format_ == OutputFormat::json ? 1 : 0; }

 private:
  void append_cells(std::string& out, std::span<const surrealql::Datum> cells) const;
  bool append_members(surrealql::Selector& selector, std::string& out) const;

  OutputFormat format_;
  std::vector<std::string> names_;
  bool has_plain_columns_ = false;       // the selector's columns are the cells
  std::vector<std::uint32_t> by_name_;  // else: the columns in the order of their names
};

}  // namespace millrace::pipeline

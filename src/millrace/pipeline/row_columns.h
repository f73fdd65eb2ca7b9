// SPDX-License-Identifier: Apache-2.0
//
// The columns of CSV and tables. Where only the records say them (SELECT *), the first rows do: the union of their members, in the
// order in which the records have them. Private to `pipeline`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "millrace/pipeline/process.h"
#include "millrace/pipeline/input.h"

namespace millrace::pipeline {

// As the query has them; nothing when only the records say.
std::optional<std::vector<std::string>> columns_of(const surrealql::Query& query);

// Reads the pieces that are given until a row has been seen, looks at all of the last one, and leaves the pieces as they are.
// When the query leaves no row of them, the columns are those of all records.
class ColumnFinder {
 public:
  ColumnFinder(const ProcessOptions& options, const std::vector<InputFile>& files) : options_(options), files_(files) {}

  void look(const Piece& piece);
  bool has_rows() const { return rows_ != 0; }
  std::vector<std::string> columns() const;

 private:
  const ProcessOptions& options_;
  const std::vector<InputFile>& files_;
  std::size_t rows_ = 0;
  std::vector<std::string> of_rows_;
  std::vector<std::string> of_records_;
};

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
//
// Runs a query over one record after the other: query.h shows how.
//
// Threads: one for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "millrace/record/row_view.h"
#include "millrace/surrealql/machine.h"
#include "millrace/surrealql/query.h"

namespace millrace::surrealql {

enum class Selected : std::uint8_t {
  row,       // columns() are there
  filtered,  // WHERE said no
  failed,    // failure() says why: a reject
};

class Selector {
 public:
  explicit Selector(const Query& query);

  // WHERE, and the columns when it holds. Of a grouped query only WHERE: keys and arguments are the group table's.
  Selected select(const RowView& row);
  // The columns of a group, whose keys and then aggregates are `given`.
  Selected select_group(std::span<const Datum> given);
  const std::string& failure() const { return machine_.evaluation_failure(); }

  // One for each of Plan::columns, until the next select.
  std::span<const Datum> columns() const { return columns_; }
  // The row as one value: an object of its columns, or SELECT VALUE's; with '*' and without OMIT.
  Datum row();
  // The same as one line of JSON. Where columns are plain names, they stand in the query's order; else members are sorted.
  void append_json(std::string& out);
  // SPLIT: the rows that `row` becomes, one for each element; itself when the query has none.
  void split(const Datum& row, std::vector<Datum>& rows);

  Machine& machine() { return machine_; }

 private:
  Selected compute_columns();
  void append_flat(std::string& out) const;

  const Plan& plan_;
  Machine machine_;
  std::vector<Datum> columns_;
  const RowView* row_ = nullptr;
  std::vector<std::string> heads_;  // `"title":` of each column, when all are plain names and nothing is left out
  bool is_flat_ = false;
  bool is_copy_ = false;  // SELECT *: the record's own text
};

}  // namespace millrace::surrealql

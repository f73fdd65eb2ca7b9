// SPDX-License-Identifier: Apache-2.0
//
// Runs a query over one record after the other: query.h shows how.
//
// Threads: one for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "millrace/record/row_view.h"
#include "millrace/surrealql/machine.h"
#include "millrace/surrealql/plan.h"
#include "millrace/surrealql/query.h"

namespace millrace::surrealql {

enum class Selected : std::uint8_t {
  row,       // columns() are there, unless the query has SPLIT: row_at()
  filtered,  // WHERE said no
  failed,    // failure() says why: a reject
};

class Selector {
 public:
  // `record_bytes_max`: what a record may take to be computed; one that would take more fails.
  explicit Selector(const Query& query, std::size_t record_bytes_max = evaluation_bytes_max);

  // WHERE, and the columns when it holds. Of a grouped query only WHERE: keys and arguments are the group table's.
  Selected select(const RowView& row);
  // The columns of a group, whose keys and then aggregates are `given`. A column that cannot be computed is NULL, as in the engine.
  void select_group(std::span<const Datum> given);
  const std::string& failure() const { return machine_.evaluation_failure(); }

  // One for each of Plan::columns, until the next select.
  std::span<const Datum> columns() const { return columns_; }
  // These throw TooLarge for a row that is beyond limits.h; within_limits() there makes it the record's failure.
  //
  // The row as one value: an object of its columns, or SELECT VALUE's; with '*', and without what OMIT names.
  Datum row();
  // The same as one line of JSON. Where columns are plain names, they stand in the query's order; else members are sorted.
  void append_json(std::string& out);
  // The row is columns(), each under its one plain name; or it is the record as it was read (SELECT *).
  bool is_flat() const { return is_flat_; }
  bool is_copy() const { return is_copy_; }
  // SPLIT: how many rows the selected record becomes (1 for a query without), and one of them, whose columns() are then there.
  std::size_t row_count() const { return plan_.split.empty() ? 1 : split_.size(); }
  Selected row_at(std::size_t index);

  // What ORDER BY sorts the row by: one for each of Plan::order, and one more that RAND() sorts by.
  void order_keys(std::vector<Datum>& keys);

  Machine& machine() { return machine_; }

 private:
  Selected compute_columns();
  Datum whole_row();
  Datum with_columns(const Datum& row);
  void append_flat(std::string& out) const;
  void split();

  const Plan& plan_;
  Machine machine_;
  std::vector<Datum> columns_;
  const RowView* row_ = nullptr;
  std::vector<Datum> split_;
  std::mt19937_64 random_{std::random_device{}()};
  const Datum* object_ = nullptr;  // of split_, in place of the row
  std::vector<std::string> heads_;  // `"title":` of each column, when all are plain names and nothing is left out
  bool is_flat_ = false;
  bool is_single_ = false;  // all columns have names of one part
  bool is_copy_ = false;  // SELECT *: the record's own text
};

}  // namespace millrace::surrealql

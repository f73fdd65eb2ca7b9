// SPDX-License-Identifier: Apache-2.0
//
// A SELECT over records: checked before the first is read, compiled once, and run by each worker for itself.
//
//   Result<Query> query = Query::compile("SELECT string::uppercase(title) AS t FROM $input WHERE score > 2");
//   Selector selector(*query);                        // one for each worker; the query outlives it
//   switch (selector.select(row)) {                   // a RowView with a slot for each of query->paths()
//     case Selected::row: selector.append_json(out); …
//
// What stands here is for a query without GROUP and ORDER; see group_table.h and row_order.h for those.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/field_type.h"
#include "millrace/record/row_view.h"
#include "millrace/record/value.h"

namespace millrace::surrealql {

struct Plan;
using Parameters = std::vector<std::pair<std::string, Value>>;

class Query {
 public:
  // invalid_argument: what is wrong, at which line and column, with the line and a caret. `types` turns fields of the input into other
  // types before the query sees them; a value that does not convert fails its record.
  static Result<Query> compile(std::string_view text, const Parameters& parameters = {}, const TypeRules& types = {});

  const std::vector<FieldPath>& paths() const;  // what a RowView has a slot for
  bool needs_text() const;                      // RowView::text is used: '*' or $this
  bool is_grouped() const;
  bool is_ordered() const;
  std::uint64_t start() const;
  std::uint64_t limit() const;                  // UINT64_MAX: none
  // The output's columns, as CSV and tables head them: "author.name"; empty when only the records say (SELECT *), one empty name
  // for SELECT VALUE.
  std::vector<std::string> column_names() const;

  const Plan& plan() const { return *plan_; }

 private:
  std::shared_ptr<const Plan> plan_;
};

}  // namespace millrace::surrealql

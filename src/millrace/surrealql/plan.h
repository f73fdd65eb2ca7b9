// SPDX-License-Identifier: Apache-2.0
//
// A checked query, compiled: what to read of a record, and the programs to run. It does not change any more, and workers share it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/record/field_type.h"
#include "millrace/record/row_view.h"
#include "millrace/surrealql/program.h"

namespace millrace::surrealql {

enum class AggregateKind : std::uint8_t { count, count_truthy, max, min, sum, mean, stddev, variance, time_max, time_min, median, collect };

struct Aggregate {
  AggregateKind kind = AggregateKind::count;
  std::size_t argument = 0;  // of Plan::arguments; none for count
};

// A member of the output: where it goes, and what it is.
struct Column {
  std::vector<std::string> path;  // {"author", "name"}: author.name; empty for SELECT VALUE
  Program program;                // over the record; of a grouped query over keys, then aggregates
};

struct OrderKey {
  std::optional<std::size_t> column;  // one of Plan::columns, else
  std::vector<Step> steps;            // what stands there in the row: SELECT *
  bool collate = false;
  bool numeric = false;
  bool descending = false;
};

struct Plan {
  std::vector<FieldPath> paths;  // what is read of a record, a slot each
  TypeRules types;               // what the input's fields are turned into first
  bool whole = false;            // the record's text is needed, for '*' or $this

  bool value = false;     // SELECT VALUE: one column, which is the row
  bool has_all = false;   // '*': the record's own members, which columns overwrite
  std::vector<Column> columns;
  std::vector<std::vector<Step>> omit;
  Program where;  // without code: every record
  std::vector<std::vector<Step>> split;

  bool grouped = false;
  std::vector<Program> keys;       // GROUP BY, over the record; none: GROUP ALL
  std::vector<Program> arguments;  // of aggregates, over the record
  std::vector<Aggregate> aggregates;

  std::vector<OrderKey> order;
  bool order_random = false;
  std::uint64_t start = 0;
  std::uint64_t limit = UINT64_MAX;

  std::size_t stack = 0;  // the most registers that one of the programs needs
  // What the programs' constants point at.
  std::shared_ptr<Arena> constants;
  std::vector<std::shared_ptr<const Regex>> regexes;
};

}  // namespace millrace::surrealql

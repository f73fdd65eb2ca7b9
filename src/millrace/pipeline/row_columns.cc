// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/row_columns.h"

#include <algorithm>
#include <string_view>

#include "millrace/decode/row_reader.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/plan.h"
#include "millrace/surrealql/selector.h"

namespace millrace::pipeline {
namespace {

using surrealql::Selected;

// Of records that name their members anew each time there is no table; what comes behind is refused, row by row.
constexpr std::size_t columns_max = 4096;

void add(std::vector<std::string>& names, std::string_view name) {
  if (names.size() < columns_max && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

// OMIT of a whole column.
bool is_omitted(const surrealql::Plan& plan, std::string_view name) {
  return std::ranges::any_of(plan.omit, [&](const std::vector<surrealql::Step>& steps) {
    return steps.size() == 1 && steps.front().kind == surrealql::PartKind::field && steps.front().name == name;
  });
}

}  // namespace

std::optional<std::vector<std::string>> columns_of(const surrealql::Query& query) {
  const surrealql::Plan& plan = query.plan();
  if (plan.value) return std::vector<std::string>{"value"};
  if (plan.has_all) return std::nullopt;
  if (plan.omit.empty()) return query.column_names();
  std::vector<std::string> names;
  for (const surrealql::Column& column : plan.columns) {
    if (!is_omitted(plan, column.path.front())) add(names, column.path.front());
  }
  return names;
}

void ColumnFinder::look(const Piece& piece) {
  const surrealql::Query& query = options_.query;
  const decode::RowReaderOptions options{.strict = options_.strict, .automatic_types = options_.types.automatic, .needs_text = true};
  decode::RowReader reader(files_[piece.file].format, query.paths(), options);
  surrealql::Selector selector(query);
  reader.open(piece.slice);
  for (decode::FoundRow found; reader.next(found);) {
    if (found.error) continue;
    for (const FieldView& field : found.record->fields) add(of_records_, field.key);
    if (selector.select(found.row) != Selected::row) continue;
    for (std::size_t i = 0; i < selector.row_count() && selector.row_at(i) == Selected::row; ++i) {
      surrealql::Evaluation& evaluation = selector.machine().evaluation();
      const surrealql::Datum row = surrealql::within_limits(evaluation, [&] { return surrealql::open(selector.row(), evaluation); });
      if (!row.is(surrealql::Type::object)) break;  // it is too large: a reject, when its turn comes
      ++rows_;
      const auto has = [&](std::string_view name) { return std::ranges::find(row.members(), name, &surrealql::DatumMember::key) != row.members().end(); };
      for (const FieldView& field : found.record->fields) {
        if (has(field.key)) add(of_rows_, field.key);
      }
      for (const surrealql::DatumMember& member : row.members()) add(of_rows_, member.key);
    }
  }
}

std::vector<std::string> ColumnFinder::columns() const {
  if (has_rows()) return of_rows_;
  const surrealql::Plan& plan = options_.query.plan();
  std::vector<std::string> names;
  for (const std::string& name : of_records_) {
    if (!is_omitted(plan, name)) names.push_back(name);
  }
  for (const surrealql::Column& column : plan.columns) add(names, column.path.front());
  return names;
}

}  // namespace millrace::pipeline

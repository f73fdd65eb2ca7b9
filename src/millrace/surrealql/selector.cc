// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/selector.h"

#include <algorithm>
#include <set>

#include "millrace/record/json.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/members.h"
#include "millrace/surrealql/object_edit.h"
#include "millrace/surrealql/plan.h"

namespace millrace::surrealql {

Selector::Selector(const Query& query) : plan_(query.plan()), machine_(plan_.stack, plan_.paths), columns_(plan_.columns.size()) {
  std::set<std::string> names;
  is_flat_ = !plan_.value && !plan_.has_all && plan_.omit.empty();
  for (const Column& column : plan_.columns) {
    if (plan_.value) break;
    is_flat_ = is_flat_ && column.path.size() == 1 && names.insert(column.path.front()).second;
    std::string head;
    if (!column.path.empty()) append_json_string(head, column.path.front());
    heads_.push_back(head + ':');
  }
  is_single_ = !plan_.value && std::ranges::all_of(plan_.columns, [](const Column& column) { return column.path.size() == 1; });
  machine_.convert_fields(plan_.types);
  is_copy_ = plan_.types.rules.empty() && plan_.has_all && plan_.columns.empty() && plan_.omit.empty() && plan_.split.empty();
}

Selected Selector::select(const RowView& row) {
  machine_.begin(row);
  row_ = &row;
  object_ = nullptr;
  if (!plan_.where.code.empty()) {
    const Datum verdict = machine_.run(plan_.where);
    if (machine_.evaluation().failed()) return Selected::failed;
    if (!is_truthy(verdict)) return Selected::filtered;
  }
  if (plan_.grouped) return Selected::row;
  if (plan_.split.empty()) return compute_columns();
  within_limits(machine_.evaluation(), [&] { split(); });
  return machine_.evaluation().failed() ? Selected::failed : Selected::row;
}

void Selector::select_group(std::span<const Datum> given) {
  machine_.begin(given);
  row_ = nullptr;
  object_ = nullptr;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i] = machine_.run(plan_.columns[i].program);
    if (!machine_.evaluation().failed()) continue;
    machine_.evaluation().failure.clear();
    columns_[i] = Datum::null();
  }
}

Selected Selector::compute_columns() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i] = machine_.run(plan_.columns[i].program);
    if (machine_.evaluation().failed()) return Selected::failed;
  }
  return Selected::row;
}

// Before OMIT.
Datum Selector::whole_row() {
  Evaluation& evaluation = machine_.evaluation();
  Datum row = plan_.value ? columns_.front() : plan_.has_all ? machine_.whole() : Datum::of_object({});
  if (plan_.value) return row;
  if (is_single_) return with_columns(row);
  for (std::size_t i = 0; i < columns_.size(); ++i) row = with_member(row, plan_.columns[i].path, columns_[i], evaluation);
  return row;
}

// Names of one part: all at once.
Datum Selector::with_columns(const Datum& row) {
  Evaluation& evaluation = machine_.evaluation();
  if (columns_.empty()) return row;
  const auto members = row.is(Type::object) ? open(row, evaluation).members() : std::span<const DatumMember>{};
  DatumMember* const all = evaluation.arena.allocate<DatumMember>(members.size() + columns_.size());
  DatumMember* out = std::copy(members.begin(), members.end(), all);
  for (std::size_t i = 0; i < columns_.size(); ++i) *out++ = {plan_.columns[i].path.front(), columns_[i]};
  return Datum::of_object(sort_members({all, out}));
}

Datum Selector::row() {
  Datum row = whole_row();
  if (plan_.value) return row;
  for (const auto& steps : plan_.omit) row = without(row, steps, machine_.evaluation());
  return row;
}

void Selector::append_flat(std::string& out) const {
  const std::size_t begin = out.size();
  char before = '{';
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].is(Type::none)) continue;
    out += before;
    out += heads_[i];
    surrealql::append_json(out, columns_[i]);
    check_written(out, begin);
    before = ',';
  }
  if (before == '{') out += '{';
  out += '}';
}

void Selector::append_json(std::string& out) {
  if (is_flat_) {
    append_flat(out);
  } else if (is_copy_) {
    append_one_line(out, row_->text);
  } else {
    surrealql::append_json(out, row());
  }
}

// A record for each element of the array; a record in which there is none stays as it is.
void Selector::split() {
  Evaluation& evaluation = machine_.evaluation();
  split_.assign(1, open(machine_.whole(), evaluation));
  std::vector<Datum> before;
  for (const auto& steps : plan_.split) {
    before.swap(split_);
    split_.clear();
    for (const Datum& one : before) {
      const Datum value = at_steps(one, steps, evaluation);
      if (!value.is(Type::array) || value.elements().empty()) {
        split_.push_back(one);
        continue;
      }
      for (const Datum& element : value.elements()) split_.push_back(with_value(one, steps, element, evaluation));
    }
  }
}

void Selector::order_keys(std::vector<Datum>& keys) {
  Evaluation& evaluation = machine_.evaluation();
  Datum row;
  for (std::size_t i = 0; i < plan_.order.size(); ++i) {
    const OrderKey& key = plan_.order[i];
    if (key.column) {
      keys[i] = open(columns_[*key.column], evaluation);
    } else {
      if (row.is(Type::none)) row = open(whole_row(), evaluation);
      keys[i] = open(at_steps(row, key.steps, evaluation), evaluation);
    }
    check_weight(keys[i], evaluation);
  }
  keys.back() = plan_.order_random ? Datum::of_integer(static_cast<std::int64_t>(random_())) : Datum();
}

Selected Selector::row_at(std::size_t index) {
  if (plan_.split.empty()) return Selected::row;
  object_ = &split_[index];
  machine_.begin_split(*object_);
  return compute_columns();
}

}  // namespace millrace::surrealql

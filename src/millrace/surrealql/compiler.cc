// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/machine.h"
#include "millrace/surrealql/problem.h"

namespace millrace::surrealql {

Compiler::Compiler(const Parameters& parameters) : parameters_(parameters) { plan_.constants = std::make_shared<Arena>(ArenaOptions{.bytes_max = constant_bytes_max}); }

Plan Compiler::compile(const Select& select) {
  select_ = &select;
  plan_.value = select.value;
  plan_.has_all = select.has_all();
  plan_.grouped = select.is_grouped();
  if (select.where != nullptr) plan_.where = program(*select.where, Scope::record);
  if (plan_.grouped) {
    compile_group(select);
  } else {
    compile_columns(select);
  }
  for (const PlainPath& path : select.omit) plan_.omit.push_back(plain_steps(path));
  for (const PlainPath& path : select.split) plan_.split.push_back(plain_steps(path));
  compile_order(select);
  plan_.start = select.start == nullptr ? 0 : count_of(select.start.get(), "START");
  plan_.limit = select.limit == nullptr ? UINT64_MAX : count_of(select.limit.get(), "LIMIT");
  return std::move(plan_);
}

void Compiler::compile_columns(const Select& select) {
  plan_.whole = plan_.whole || plan_.has_all || !select.split.empty();
  for (const SelectItem& item : select.items) {
    if (item.expression == nullptr) continue;
    Column column;
    if (!select.value) column.path = output_path(item);
    column.program = program(*item.expression, Scope::record);
    plan_.columns.push_back(std::move(column));
  }
}

void Compiler::compile_group(const Select& select) {
  if (plan_.has_all) throw Problem{select.items_span, "'*' has no meaning in a query with GROUP; name the fields"};
  std::unordered_map<std::string, const Expression*> aliased;
  for (const SelectItem& item : select.items) {
    if (item.alias) aliased.try_emplace(to_sql(*item.alias), item.expression.get());
  }
  for (const PlainPath& key : select.group) {
    // A key may be an alias: what it stands for is what is grouped by.
    const auto found = aliased.find(to_sql(key));
    plan_.keys.push_back(found != aliased.end() ? program(*found->second, Scope::record) : plain_program(key));
  }
  std::unordered_map<std::string, std::size_t> keys;
  for (std::size_t i = 0; i < select.group.size(); ++i) keys.try_emplace(to_sql(select.group[i]), i);
  for (const SelectItem& item : select.items) {
    Column column;
    if (!select.value) column.path = output_path(item);
    if (const auto key = key_of(item, keys)) {
      column.program = given_program(*key);
    } else if (has_aggregate(*item.expression)) {
      column.program = program(*item.expression, Scope::group);
    } else {
      // The array of what it is for each record.
      const Aggregate aggregate{AggregateKind::collect, argument(*item.expression)};
      plan_.aggregates.push_back(aggregate);
      column.program = given_program(plan_.keys.size() + plan_.aggregates.size() - 1);
    }
    plan_.columns.push_back(std::move(column));
  }
}

// Which key of GROUP BY the item is, by its alias or as a path.
std::optional<std::size_t> Compiler::key_of(const SelectItem& item, const std::unordered_map<std::string, std::size_t>& keys) {
  std::optional<std::size_t> found;
  const auto look_for = [&](const std::string& name) {
    const auto key = keys.find(name);
    if (key != keys.end() && (!found || key->second < *found)) found = key->second;
  };
  if (item.alias) look_for(to_sql(*item.alias));
  const auto* const path = item.expression->as<Path>();
  if (path != nullptr && path->start == nullptr) look_for(to_sql(*item.expression));
  return found;
}

Program Compiler::given_program(std::size_t index) {
  Program made;
  program_ = &made;
  add(Opcode::given, 0, 0, index);
  program_ = nullptr;
  finish(made);
  return made;
}

Program Compiler::plain_program(const PlainPath& path) {
  Program made;
  program_ = &made;
  scope_ = Scope::record;
  add(Opcode::slot, 0, 0, slot(path.parts.front().name));
  if (path.parts.size() > 1) emit_steps(path.parts, 1, 0);
  program_ = nullptr;
  finish(made);
  return made;
}

namespace {

// The column that a path of ORDER BY names: by its alias, else by what it is, else by its function.
class ColumnNames {
 public:
  explicit ColumnNames(const Select& select) {
    std::size_t column = 0;
    for (const SelectItem& item : select.items) {
      if (item.expression == nullptr) continue;
      if (item.alias) by_alias_.try_emplace(to_sql(*item.alias), column);
      by_text_.try_emplace(to_sql(*item.expression), column);
      if (item.expression->as<Call>() != nullptr) by_function_.try_emplace(default_path(*item.expression).front(), column);
      ++column;
    }
  }

  std::optional<std::size_t> find(const PlainPath& path) const {
    const std::string wanted = to_sql(path);
    if (const auto found = by_alias_.find(wanted); found != by_alias_.end()) return found->second;
    std::optional<std::size_t> first;
    if (const auto found = by_text_.find(wanted); found != by_text_.end()) first = found->second;
    if (path.parts.size() > 1) return first;
    const auto found = by_function_.find(path.parts.front().name);
    return found == by_function_.end() || (first && *first < found->second) ? first : std::optional(found->second);
  }

 private:
  std::unordered_map<std::string, std::size_t> by_alias_;
  std::unordered_map<std::string, std::size_t> by_text_;
  std::unordered_map<std::string, std::size_t> by_function_;
};

}  // namespace

void Compiler::compile_order(const Select& select) {
  plan_.order_random = select.order_random;
  const ColumnNames columns(select);
  for (const OrderItem& item : select.order) {
    plan_.order.push_back({.column = columns.find(item.path), .steps = plain_steps(item.path), .collate = item.collate, .numeric = item.numeric, .descending = item.descending});
  }
}

std::vector<Step> Compiler::plain_steps(const PlainPath& path) {
  std::vector<Step> steps;
  for (const Part& part : path.parts) {
    Step step;
    step.kind = part.kind;
    step.name = part.name;
    if (part.kind == PartKind::index) step.argument = static_cast<std::uint16_t>(*part.value->as<Literal>()->value.get_if<std::int64_t>());
    steps.push_back(std::move(step));
  }
  return steps;
}

// NONE and NULL are nothing: LIMIT NONE is no row. 1.9 is 1.
std::uint64_t Compiler::count_of(const Expression* expression, std::string_view clause) {
  if (!is_constant(*expression)) throw Problem{expression->span, fmt::format("{} takes a number that does not depend on a record", clause)};
  const Program made = program(*expression, Scope::record);
  Machine machine(made.stack, plan_.paths);
  machine.begin(std::span<const Datum>{});
  const Datum result = machine.run(made);
  if (machine.evaluation().failed()) throw Problem{expression->span, fmt::format("{}: {}", clause, machine.evaluation().failure)};
  if (result.is_nothing()) return 0;
  const double count = result.is_number() ? nearest_real(result) : -1;
  if (count < 0) {
    std::string shown;
    append_sql(shown, result);
    throw Problem{expression->span, fmt::format("{} takes a number from 0 on, not {}", clause, shown)};
  }
  if (std::isnan(count)) return 0;
  if (result.is(Type::integer)) return static_cast<std::uint64_t>(result.integer());
  return count >= 1e18 ? UINT64_MAX : static_cast<std::uint64_t>(count);
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/compiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "millrace/surrealql/machine.h"
#include "millrace/surrealql/problem.h"

namespace millrace::surrealql {

Compiler::Compiler(const Parameters& parameters) : parameters_(parameters) { plan_.constants = std::make_shared<Arena>(); }

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
  plan_.whole = plan_.whole || plan_.has_all;
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
  for (const PlainPath& key : select.group) {
    // A key may be an alias: what it stands for is what is grouped by.
    const auto aliased = std::find_if(select.items.begin(), select.items.end(), [&](const SelectItem& item) { return item.alias && to_sql(*item.alias) == to_sql(key); });
    if (aliased != select.items.end()) {
      plan_.keys.push_back(program(*aliased->expression, Scope::record));
      continue;
    }
    Program made;
    program_ = &made;
    scope_ = Scope::record;
    add(Opcode::slot, 0, 0, slot(key.parts.front().name));
    if (key.parts.size() > 1) emit_steps(key.parts, 1, 0);
    program_ = nullptr;
    finish(made);
    plan_.keys.push_back(std::move(made));
  }
  for (const SelectItem& item : select.items) {
    Column column;
    if (!select.value) column.path = output_path(item);
    const auto key = std::find_if(select.group.begin(), select.group.end(), [&](const PlainPath& path) { return item.alias && to_sql(*item.alias) == to_sql(path); });
    if (key != select.group.end()) {
      program_ = &column.program;
      add(Opcode::given, 0, 0, static_cast<std::size_t>(key - select.group.begin()));
      program_ = nullptr;
      finish(column.program);
    } else {
      column.program = program(*item.expression, Scope::group);
    }
    plan_.columns.push_back(std::move(column));
  }
}

void Compiler::compile_order(const Select& select) {
  plan_.order_random = select.order_random;
  for (const OrderItem& item : select.order) {
    if (select.value) {
      // SELECT VALUE sorts whole records, before they are cut down to the value.
      slot(item.path.parts.front().name);
    }
    OrderKey key{.steps = plain_steps(item.path), .collate = item.collate, .numeric = item.numeric, .descending = item.descending};
    plan_.order.push_back(std::move(key));
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

std::uint64_t Compiler::count_of(const Expression* expression, std::string_view clause) {
  if (!is_constant(*expression)) throw Problem{expression->span, fmt::format("{} takes a number that does not depend on a record", clause)};
  const Program made = program(*expression, Scope::record);
  Machine machine(made.stack);
  machine.begin(std::span<const Datum>{});
  const Datum result = machine.run(made);
  if (machine.evaluation().failed()) throw Problem{expression->span, fmt::format("{}: {}", clause, machine.evaluation().failure)};
  if (!result.is(Type::integer) || result.integer() < 0) {
    std::string shown;
    append_sql(shown, result);
    throw Problem{expression->span, fmt::format("{} takes a whole number from 0 on, not {}", clause, shown)};
  }
  return static_cast<std::uint64_t>(result.integer());
}

}  // namespace millrace::surrealql

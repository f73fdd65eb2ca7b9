// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "millrace/surrealql/compiler.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/machine.h"
#include "millrace/surrealql/problem.h"
#include "millrace/surrealql/regex.h"

namespace millrace::surrealql {
namespace {

constexpr std::size_t registers_max = 60'000;
constexpr std::size_t regexes_max = 1'000;  // one may take a millisecond and a megabyte

Opcode opcode_of(BinaryOperator operation) {
  // The two lists stand in the same order.
  constexpr auto first = static_cast<int>(BinaryOperator::equal);
  return static_cast<Opcode>(static_cast<int>(Opcode::equal) + static_cast<int>(operation) - first);
}
static_assert(static_cast<int>(Opcode::power) - static_cast<int>(Opcode::equal) ==
              static_cast<int>(BinaryOperator::power) - static_cast<int>(BinaryOperator::equal));

}  // namespace

Program Compiler::program(const Expression& expression, Scope scope) {
  Program made;
  Program* const before = std::exchange(program_, &made);
  const Scope scope_before = std::exchange(scope_, scope);
  emit(expression, 0);
  program_ = before;
  scope_ = scope_before;
  finish(made);
  return made;
}

void Compiler::finish(Program& made) {
  std::size_t inner = 0;
  for (const auto& path : made.paths) {
    for (const Step& step : path) {
      if (step.condition != nullptr) inner = std::max(inner, step.condition->stack);
      for (const Step::Member& member : step.members) inner = std::max(inner, member.program->stack);
      for (const auto& argument : step.arguments) inner = std::max(inner, argument->stack);
    }
  }
  made.stack = made.registers + inner;
  plan_.stack = std::max(plan_.stack, made.stack);
}

std::size_t Compiler::add(Opcode opcode, std::uint16_t to, std::size_t operand, std::size_t index) {
  program_->code.push_back({opcode, to, static_cast<std::uint16_t>(operand), static_cast<std::uint32_t>(index)});
  program_->registers = std::max<std::size_t>(program_->registers, to + 1u);
  return program_->code.size() - 1;
}

void Compiler::add_constant(const Datum& datum, std::uint16_t to) {
  add(Opcode::constant, to, 0, program_->constants.size());
  program_->constants.push_back(datum);
}

std::uint16_t Compiler::next(std::uint16_t after, const Expression& at) const {
  if (after >= registers_max) throw Problem{at.span, fmt::format("more than {} values at once: make the query smaller", registers_max)};
  return static_cast<std::uint16_t>(after + 1);
}

void Compiler::emit(const Expression& expression, std::uint16_t to) {
  if (fold(expression, to)) return;
  std::visit([&](const auto& node) { emit_node(node, expression, to); }, expression.node);
}

// What depends on no record is computed once. What fails then is left to fail for a record that gets there.
bool Compiler::fold(const Expression& expression, std::uint16_t to) {
  if (expression.as<Literal>() != nullptr || expression.as<RegexLiteral>() != nullptr || expression.as<Parameter>() != nullptr) return false;
  if (is_whole_ || !is_constant(expression) || (scope_ == Scope::group && has_aggregate(expression))) return false;
  const Program made = whole_program(expression);
  Machine machine(made.stack, plan_.paths);
  machine.begin(std::span<const Datum>{});
  const Datum result = machine.run(made);
  const bool is_kept = !machine.evaluation().failed() && weight(result, folded_bytes_max) < folded_bytes_max;
  if (is_kept) {
    add_constant(deep_copy(open(result, machine.evaluation()), *plan_.constants), to);
  } else {
    is_whole_ = true;
    std::visit([&](const auto& node) { emit_node(node, expression, to); }, expression.node);
    is_whole_ = false;
  }
  return true;
}

// What stands in it is not folded by itself: each depth would be computed as often as there are depths around it, or twice as often.
Program Compiler::whole_program(const Expression& expression) {
  Program made;
  Program* const before = std::exchange(program_, &made);
  is_whole_ = true;
  std::visit([&](const auto& node) { emit_node(node, expression, 0); }, expression.node);
  is_whole_ = false;
  program_ = before;
  finish(made);
  return made;
}

bool Compiler::is_constant(const std::vector<Part>& parts) const {
  return std::all_of(parts.begin(), parts.end(), [&](const Part& part) {
    return part.kind != PartKind::where && part.kind != PartKind::destructure && (part.value == nullptr || is_constant(*part.value)) &&
           part.kind != PartKind::method;
  });
}

bool Compiler::is_constant(const Expression& expression) const {
  const auto both = [&](const ExpressionPtr& one) { return one == nullptr || is_constant(*one); };
  const auto all = [&](const std::vector<ExpressionPtr>& list) { return std::all_of(list.begin(), list.end(), both); };
  if (const auto* const path = expression.as<Path>()) return path->start != nullptr && is_constant(*path->start) && is_constant(path->parts);
  if (const auto* const parameter = expression.as<Parameter>()) return parameter->name != "this" && parameter->name != "self";
  if (const auto* const unary = expression.as<Unary>()) return both(unary->operand);
  if (const auto* const cast = expression.as<CastTo>()) return both(cast->operand);
  if (const auto* const binary = expression.as<Binary>()) return both(binary->left) && both(binary->right);
  if (const auto* const range = expression.as<RangeOf>()) return both(range->from) && both(range->to);
  if (const auto* const array = expression.as<ArrayOf>()) return all(array->elements);
  if (const auto* const object = expression.as<ObjectOf>()) {
    return std::all_of(object->members.begin(), object->members.end(), [&](const auto& member) { return is_constant(*member.value); });
  }
  if (const auto* const if_else = expression.as<IfElse>()) {
    return both(if_else->otherwise) && std::all_of(if_else->branches.begin(), if_else->branches.end(),
                                                   [&](const auto& branch) { return is_constant(*branch.condition) && is_constant(*branch.then); });
  }
  if (const auto* const call = expression.as<Call>()) {
    const Function* const function = find_function(call->name);
    return function != nullptr && function->same_each_time && call->name != "count" && all(call->arguments);
  }
  return true;
}

void Compiler::emit_node(const Literal& node, const Expression&, std::uint16_t to) { add_constant(node.datum(*plan_.constants), to); }

void Compiler::emit_node(const RegexLiteral& node, const Expression& at, std::uint16_t to) {
  Result<std::shared_ptr<const Regex>> regex = Regex::compile(node.pattern);
  if (!regex) throw Problem{at.span, regex.error().message};
  if (plan_.regexes.size() == regexes_max) throw Problem{at.span, fmt::format("more than {} regular expressions in a query", regexes_max)};
  plan_.regexes.push_back(*regex);
  add_constant(Datum::of_regex(regex->get()), to);
}

void Compiler::emit_node(const Parameter& node, const Expression& at, std::uint16_t to) {
  for (const auto& [name, value] : parameters_) {
    if (name != node.name) continue;
    const auto [place, is_new] = given_.try_emplace(name);
    if (is_new) place->second = to_datum(value, *plan_.constants);
    return add_constant(place->second, to);
  }
  const bool is_this = node.name == "this" || node.name == "self";
  if (is_this && scope_ == Scope::record) {
    plan_.whole = true;
    add(Opcode::whole, to);
    return;
  }
  if (is_this && scope_ == Scope::document) {
    add(Opcode::document, to);
    return;
  }
  if (node.name == "parent") return add_constant({}, to);  // there is no query around this one
  if (is_this) throw Problem{at.span, "$this has no meaning in a query with GROUP: no single record is meant"};
  std::vector<std::string_view> names;
  for (const auto& [name, value] : parameters_) names.push_back(name);
  const std::string_view near = nearest_name(node.name, names);
  throw Problem{at.span, near.empty() ? fmt::format("${} has no value; give it one with --param {}=VALUE", node.name, node.name) : fmt::format("${} has no value; did you mean ${}?", node.name, near)};
}

void Compiler::emit_node(const Unary& node, const Expression&, std::uint16_t to) {
  emit(*node.operand, to);
  if (node.operation == UnaryOperator::logical_not) add(Opcode::logical_not, to);
  if (node.operation == UnaryOperator::minus) add(Opcode::negate, to);
}

void Compiler::emit_node(const CastTo& node, const Expression&, std::uint16_t to) {
  emit(*node.operand, to);
  add(Opcode::cast, to, 0, program_->casts.size());
  program_->casts.push_back(node.to);
}

void Compiler::emit_jumping(const Binary& node, Opcode jump, std::uint16_t to) {
  emit(*node.left, to);
  const std::size_t over = add(jump, to);
  emit(*node.right, to);
  program_->code[over].index = static_cast<std::uint32_t>(program_->code.size());
}

void Compiler::emit_node(const Binary& node, const Expression& at, std::uint16_t to) {
  switch (node.operation) {
    case BinaryOperator::logical_or:
    case BinaryOperator::either: return emit_jumping(node, Opcode::jump_if_truthy, to);
    case BinaryOperator::logical_and: return emit_jumping(node, Opcode::jump_if_falsy, to);
    case BinaryOperator::coalesce: return emit_jumping(node, Opcode::jump_if_something, to);
    default: break;
  }
  const std::uint16_t operand = next(to, at);
  emit(*node.left, to);
  const std::size_t before = program_->code.size();
  emit(*node.right, operand);
  std::size_t constant = 0;
  if (program_->code.size() == before + 1 && program_->code.back().opcode == Opcode::constant) {
    constant = program_->code.back().index + 1;
    program_->code.pop_back();
  }
  add(opcode_of(node.operation), to, operand, constant);
}

void Compiler::emit_node(const RangeOf& node, const Expression& at, std::uint16_t to) {
  const std::uint16_t end = next(to, at);
  add_constant({}, to);
  add_constant({}, end);
  if (node.from != nullptr) emit(*node.from, to);
  if (node.to != nullptr) emit(*node.to, end);
  add(Opcode::range, to, 0, program_->ranges.size());
  program_->ranges.push_back({node.from != nullptr, node.to != nullptr, node.from_excluded, node.to_included});
}

void Compiler::emit_node(const Call& node, const Expression& at, std::uint16_t to) {
  if (scope_ == Scope::group && emit_aggregate(node, to)) return;
  const Function& function = function_of(node);
  std::uint16_t into = to;
  for (const ExpressionPtr& argument : node.arguments) {
    emit(*argument, into);
    into = next(into, at);
  }
  add(Opcode::call, to, node.arguments.size(), program_->functions.size());
  program_->functions.push_back(&function);
}

void Compiler::emit_node(const ArrayOf& node, const Expression& at, std::uint16_t to) {
  std::uint16_t into = to;
  for (const ExpressionPtr& element : node.elements) {
    emit(*element, into);
    into = next(into, at);
  }
  add(Opcode::array, to, node.elements.size());
}

void Compiler::emit_node(const ObjectOf& node, const Expression& at, std::uint16_t to) {
  std::vector<std::pair<std::string, std::uint16_t>> keys;
  std::uint16_t into = to;
  for (const auto& [key, value, is_all] : node.members) {
    emit(*value, into);
    const auto place = std::lower_bound(keys.begin(), keys.end(), key, [](const auto& one, const std::string& wanted) { return one.first < wanted; });
    if (place != keys.end() && place->first == key) {
      place->second = static_cast<std::uint16_t>(into - to);  // the last of equal keys stays
    } else {
      keys.insert(place, {key, static_cast<std::uint16_t>(into - to)});
    }
    into = next(into, at);
  }
  add(Opcode::object, to, 0, program_->objects.size());
  program_->objects.push_back(std::move(keys));
}

void Compiler::emit_node(const IfElse& node, const Expression&, std::uint16_t to) {
  std::vector<std::size_t> ends;
  for (const auto& [condition, then] : node.branches) {
    emit(*condition, to);
    const std::size_t over = add(Opcode::jump_if_falsy, to);
    emit(*then, to);
    ends.push_back(add(Opcode::jump, to));
    program_->code[over].index = static_cast<std::uint32_t>(program_->code.size());
  }
  if (node.otherwise != nullptr) {
    emit(*node.otherwise, to);
  } else {
    add_constant({}, to);
  }
  for (const std::size_t end : ends) program_->code[end].index = static_cast<std::uint32_t>(program_->code.size());
}

void Compiler::emit_start(const Path& node, const Expression&, std::uint16_t to, std::size_t& used) {
  used = 0;
  if (node.start != nullptr) return emit(*node.start, to);
  if (scope_ == Scope::document) {
    add(Opcode::document, to);
    return;
  }
  if (scope_ == Scope::group && emit_group_path(node, to, used)) return;
  add(Opcode::slot, to, 0, slot(node.parts.front().name));
  used = 1;
}

void Compiler::emit_node(const Path& node, const Expression& at, std::uint16_t to) {
  std::size_t used = 0;
  emit_start(node, at, to, used);
  if (used < node.parts.size()) emit_steps(node.parts, used, to);
}

void Compiler::emit_steps(const std::vector<Part>& parts, std::size_t used, std::uint16_t to) {
  std::vector<Step> steps;
  std::uint16_t next = static_cast<std::uint16_t>(to + 1);
  for (std::size_t i = used; i < parts.size(); ++i) steps.push_back(step(parts[i], to, next));
  add(Opcode::path, to, 0, program_->paths.size());
  program_->paths.push_back(std::move(steps));
}

Step Compiler::step(const Part& part, std::uint16_t to, std::uint16_t& next) {
  Step step;
  step.kind = part.kind;
  step.name = part.name;
  if (part.kind == PartKind::index) {
    emit(*part.value, next);
    step.argument = static_cast<std::uint16_t>(next - to);
    next = this->next(next, *part.value);
  } else if (part.kind == PartKind::method) {
    step.functions = functions_of(part);
    for (const ExpressionPtr& argument : part.arguments) {
      step.arguments.push_back(std::make_unique<Program>(program(*argument, Scope::document)));
      step.is_fixed = step.is_fixed && step.arguments.back()->is_constant();
    }
  } else if (part.kind == PartKind::where) {
    step.condition = std::make_unique<Program>(program(*part.value, Scope::document));
  } else if (part.kind == PartKind::destructure) {
    for (const auto& [name, value, is_all] : part.members) step.members.push_back({name, std::make_unique<Program>(program(*value, Scope::document)), is_all});
    if (std::ranges::any_of(step.members, &Step::Member::is_all)) return step;  // the later of equal names counts
    std::stable_sort(step.members.begin(), step.members.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto same = std::adjacent_find(step.members.begin(), step.members.end(), [](const auto& a, const auto& b) { return a.name == b.name; });
    if (same != step.members.end()) throw Problem{part.span, fmt::format("'{}' stands twice", same->name)};
  }
  return step;
}

}  // namespace millrace::surrealql

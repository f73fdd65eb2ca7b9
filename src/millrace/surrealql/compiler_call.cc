// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "millrace/surrealql/compiler.h"
#include "millrace/surrealql/hints.h"
#include "millrace/surrealql/problem.h"

namespace millrace::surrealql {
namespace {

struct AggregateName {
  std::string_view function;
  AggregateKind kind;
};
// What a group keeps a running value of.
constexpr auto aggregate_names = std::to_array<AggregateName>({
    {"math::max", AggregateKind::max},
    {"math::min", AggregateKind::min},
    {"math::sum", AggregateKind::sum},
    {"math::mean", AggregateKind::mean},
    {"math::stddev", AggregateKind::stddev},
    {"math::variance", AggregateKind::variance},
    {"math::median", AggregateKind::median},
    {"time::max", AggregateKind::time_max},
    {"time::min", AggregateKind::time_min},
});

// What is given an array of all that its first argument is in the group.
constexpr auto collecting_names = std::to_array<std::string_view>({"array::group", "array::distinct", "array::join"});

bool is_aggregate(const Expression& expression) {
  const auto* const call = expression.as<Call>();
  if (call == nullptr) return false;
  const auto same = [&](const AggregateName& name) { return name.function == call->name; };
  return call->name == "count" || std::any_of(aggregate_names.begin(), aggregate_names.end(), same) ||
         std::find(collecting_names.begin(), collecting_names.end(), call->name) != collecting_names.end();
}

std::string counted(const Function& function) {
  const auto plural = [](int count) { return fmt::format("{} argument{}", count, count == 1 ? "" : "s"); };
  if (function.arguments_max == 255) return "at least " + plural(function.arguments_min);
  if (function.arguments_min == function.arguments_max) return plural(function.arguments_min);
  return fmt::format("{} to {}", function.arguments_min, plural(function.arguments_max));
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const Function& function : all_functions()) names.push_back(function.name);
  return names;
}

// By another name it has had or has in SQL, by its name without the family, then by edits.
std::string_view near_function(std::string_view name) {
  if (const std::string_view now = function_once_named(name); !now.empty()) return now;
  const auto names = function_names();
  if (!name.contains(':')) {
    for (const std::string_view family : {"math::", "string::", "time::", "type::", "array::", "object::"}) {
      for (const std::string_view full : names) {
        if (full.starts_with(family) && full.substr(family.size()) == name) return full;
      }
    }
  }
  return nearest_name(name, names);
}

bool same_path(const std::vector<Part>& path, const PlainPath& plain) {
  return path.size() >= plain.parts.size() && std::equal(plain.parts.begin(), plain.parts.end(), path.begin(), [](const Part& a, const Part& b) {
           if (a.kind != b.kind || a.name != b.name) return false;
           return a.kind != PartKind::index || to_sql(*a.value) == to_sql(*b.value);
         });
}

}  // namespace

std::vector<std::string_view> aggregate_functions() {
  std::vector<std::string_view> names{"count"};
  for (const AggregateName& name : aggregate_names) names.push_back(name.function);
  names.insert(names.end(), collecting_names.begin(), collecting_names.end());
  return names;
}

const Function& Compiler::function_of(const Call& call) {
  const Function* const function = find_function(call.name);
  if (function == nullptr) {
    if (const std::string_view why = why_not_here(call.name); !why.empty()) throw Problem{call.name_span, fmt::format("{} is not available: {}", call.name, why)};
    const std::string_view near = near_function(call.name);
    throw Problem{call.name_span, fmt::format("there is no function {}{}", call.name, near.empty() ? "" : fmt::format("; did you mean {}?", near))};
  }
  const std::size_t given = call.arguments.size();
  if (given < function->arguments_min || (function->arguments_max != 255 && given > function->arguments_max)) {
    throw Problem{call.name_span, fmt::format("{} takes {}, not {}", call.name, counted(*function), given)};
  }
  return *function;
}

// Which function a method is depends on the value; that there is one for some type does not.
std::array<const Function*, type_count> Compiler::functions_of(const Part& part) {
  std::array<const Function*, type_count> functions{};
  for (std::size_t type = 0; type < type_count; ++type) functions[type] = find_method(static_cast<Type>(type), part.name);
  if (std::ranges::any_of(functions, [](const Function* function) { return function != nullptr; })) return functions;
  std::vector<std::string_view> names;
  for (const std::string_view name : function_names()) names.push_back(name.substr(name.rfind(':') + 1));
  std::string_view near = function_once_named(part.name);
  near = near.contains("::") ? near.substr(near.rfind(':') + 1) : nearest_name(part.name, names);
  throw Problem{part.span, fmt::format("there is no method {}(){}", part.name, near.empty() ? "" : fmt::format("; did you mean {}()?", near))};
}

// The program that computes what an aggregate is fed with; the same expression is computed once.
std::size_t Compiler::argument(const Expression& expression) {
  if (has_aggregate(expression) && !is_of_each_record(expression)) {
    throw Problem{expression.span, "an aggregate of aggregates has no meaning: the inner one is of the whole group"};
  }
  const auto [place, is_new] = argument_names_.try_emplace(to_sql(expression), plan_.arguments.size());
  if (is_new) plan_.arguments.push_back(program(expression, Scope::record));
  return place->second;
}

// math::max([a, b]) in math::sum(math::max([a, b])): the function of an array that each record has, and no aggregate. Of math::max(a), which
// can be read both ways, it is not known.
bool Compiler::is_of_each_record(const Expression& expression) {
  const auto* const call = expression.as<Call>();
  if (call == nullptr || !is_aggregate(expression)) return false;
  const auto is_plain = [](const ExpressionPtr& argument) { return argument->as<Path>() != nullptr && argument->as<Path>()->start == nullptr; };
  return std::ranges::none_of(call->arguments, [&](const ExpressionPtr& argument) { return is_plain(argument) || has_aggregate(*argument); });
}

bool Compiler::has_aggregate(const Expression& expression) { return contains_such(expression, is_aggregate); }

void Compiler::add_aggregate(AggregateKind kind, std::size_t argument, std::uint16_t to) {
  plan_.aggregates.push_back({kind, argument});
  add(Opcode::given, to, 0, plan_.keys.size() + plan_.aggregates.size() - 1);
}

bool Compiler::emit_aggregate(const Call& call, std::uint16_t to) {
  std::optional<AggregateKind> kind;
  if (call.name == "count") kind = call.arguments.empty() ? AggregateKind::count : AggregateKind::count_truthy;
  for (const AggregateName& name : aggregate_names) {
    if (name.function == call.name) kind = name.kind;
  }
  if (kind) {
    if (call.name != "count" && call.arguments.size() != 1) throw Problem{call.name_span, fmt::format("{} takes 1 argument here, not {}", call.name, call.arguments.size())};
    add_aggregate(*kind, *kind == AggregateKind::count ? 0 : argument(*call.arguments.front()), to);
    return true;
  }
  if (std::find(collecting_names.begin(), collecting_names.end(), call.name) == collecting_names.end()) return false;
  emit_collected(call, to);
  return true;
}

void Compiler::emit_collected(const Call& call, std::uint16_t to) {
  if (call.arguments.empty()) throw Problem{call.name_span, fmt::format("{} takes what it is to gather", call.name)};
  const Expression* gathered = call.arguments.front().get();
  // What is distinct in what was gathered.
  const auto* const inner = gathered->as<Call>();
  if (call.name == "array::distinct" && inner != nullptr && inner->name == "array::group" && inner->arguments.size() == 1) gathered = inner->arguments.front().get();
  if (call.name == "array::distinct" && has_aggregate(*gathered)) throw Problem{gathered->span, "array::distinct takes array::group(…) or what is no aggregate"};
  add_aggregate(AggregateKind::collect, argument(*gathered), to);
  if (call.name == "array::group") return;
  const Function& function = *find_function(call.name);
  std::uint16_t into = to;
  for (std::size_t i = 1; i < call.arguments.size(); ++i) {
    into = next(into, *call.arguments[i]);
    emit(*call.arguments[i], into);
  }
  std::size_t count = call.arguments.size();
  if (call.name == "array::join" && count == 1) {
    add_constant(Datum::of_string(""), next(to, *gathered));
    ++count;
  }
  add(Opcode::call, to, count, program_->functions.size());
  program_->functions.push_back(&function);
}

// A path in a grouped query is a key, or else the array of all that it is in the group.
bool Compiler::emit_group_path(const Path& path, std::uint16_t to, std::size_t& used) {
  for (std::size_t i = 0; i < select_->group.size(); ++i) {
    const PlainPath& key = select_->group[i];
    if (path.parts.size() == key.parts.size() && same_path(path.parts, key)) {
      add(Opcode::given, to, 0, i);
      used = key.parts.size();
      return true;
    }
  }
  Path field;
  field.parts.push_back({.kind = PartKind::field, .name = path.parts.front().name});
  Expression expression{.node = std::move(field)};
  add_aggregate(AggregateKind::collect, argument(expression), to);
  used = 1;
  return true;
}

std::size_t Compiler::slot(const std::string& field) {
  const auto [place, is_new] = slots_.try_emplace(field, plan_.paths.size());
  if (is_new) plan_.paths.push_back({field});
  return place->second;
}

}  // namespace millrace::surrealql

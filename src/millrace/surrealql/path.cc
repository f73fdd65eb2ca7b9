// SPDX-License-Identifier: Apache-2.0
// How a path goes on from a value: SurrealDB's rules. A field of an array is that field of each of its elements.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "millrace/surrealql/argument.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/machine.h"
#include "millrace/surrealql/members.h"
#include "millrace/surrealql/pile.h"

namespace millrace::surrealql {
namespace {

const Datum* find_member(const Datum& object, std::string_view name) {
  const auto members = object.members();
  const auto found = std::lower_bound(members.begin(), members.end(), name, [](const DatumMember& member, std::string_view key) { return member.key < key; });
  return found != members.end() && found->key == name ? &found->value : nullptr;
}

// The engine calls a method by its own name.
void name_method(std::string& failure, const Function& function, std::string_view method) {
  const std::string words = fmt::format("Incorrect arguments for function {}(). ", function.name);
  if (failure.starts_with(words)) failure.replace(0, words.size(), fmt::format("Incorrect arguments for method {}(). ", method));
}

template <typename Walk>
Walk apart(Walk walk) {
  walk.apart = true;
  return walk;
}

}  // namespace

Datum Machine::member_at(const Datum& object, const FieldPath& path) {
  Datum at = object;
  for (const std::string& name : path) {
    const Datum* const member = at.is(Type::object) ? find_member(at, name) : nullptr;
    if (member == nullptr) return {};
    at = *member;
  }
  return at;
}

Datum Machine::follow(const Datum& datum, std::size_t step, const Walk& walk) {
  if (step == walk.end || evaluation_.failed()) return datum;
  if (datum.is(Type::object)) return follow_object(open(datum, evaluation_), step, walk);
  if (datum.is(Type::array)) return follow_array(open(datum, evaluation_), step, walk);
  return follow_other(datum, step, walk);
}

Datum Machine::follow_object(const Datum& object, std::size_t at, const Walk& walk) {
  const Step& step = (*walk.steps)[at];
  switch (step.kind) {
    case PartKind::field: {
      const Datum* const member = find_member(object, step.name);
      return follow(member != nullptr ? *member : Datum(), at + 1, walk);
    }
    case PartKind::index: {
      const Datum& index = walk.registers[step.argument];
      std::string name;
      if (index.is_number()) append_sql(name, index);
      const Datum* const member = index.is(Type::string) ? find_member(object, index.string()) : index.is_number() ? find_member(object, name) : nullptr;
      return follow(member != nullptr ? *member : Datum(), at + 1, walk);
    }
    case PartKind::all:
    case PartKind::last:
    case PartKind::flatten: return follow(object, at + 1, walk);
    case PartKind::optional: return follow(object, at + 1, apart(walk));
    case PartKind::where: return follow(filtered({&object, 1}, step, walk), at + 1, walk);
    case PartKind::destructure: return follow(destructured(object, step, walk), at + 1, walk);
    case PartKind::method: return follow(call_method(object, step, walk), at + 1, walk);
  }
  return {};
}

Datum Machine::follow_array(const Datum& array, std::size_t at, const Walk& walk) {
  const Step& step = (*walk.steps)[at];
  const auto elements = array.elements();
  switch (step.kind) {
    case PartKind::all: return walk.apart || at + 1 == walk.end ? follow(array, at + 1, walk) : follow_each(array, at + 1, apart(walk));
    case PartKind::flatten: return follow(flattened(array), at + 1, walk);
    case PartKind::last: return follow(elements.empty() ? Datum() : elements.back(), at + 1, walk);
    case PartKind::where: return follow(filtered(elements, step, walk), at + 1, walk);
    case PartKind::index: return at_index(array, walk.registers[step.argument], at, walk);
    case PartKind::optional: return follow(array, at + 1, apart(walk));
    case PartKind::method: return follow(call_method(array, step, walk), at + 1, walk);
    case PartKind::field:
    case PartKind::destructure: return walk.apart ? follow(follow_all(array, at, walk), at + 1, walk) : follow_each(array, at, apart(walk));
  }
  return {};
}

// A value that has nothing in it is an array of itself where one is wanted.
Datum Machine::follow_other(const Datum& datum, std::size_t at, const Walk& walk) {
  const Step& step = (*walk.steps)[at];
  switch (step.kind) {
    case PartKind::optional: return datum.is_nothing() ? datum : follow(datum, at + 1, apart(walk));
    case PartKind::last:
    case PartKind::flatten: return follow(datum, at + 1, walk);
    case PartKind::all:
      if (datum.is(Type::record)) return follow(Datum(), at + 1, walk);  // all fields of a record that is not there
      return follow(Datum::of_array({evaluation_.arena.make(datum), 1}), at + 1, walk);
    case PartKind::where: return follow(filtered({&datum, 1}, step, walk), at + 1, walk);
    case PartKind::method: return follow(call_method(datum, step, walk), at + 1, walk);
    case PartKind::field:
    case PartKind::index:
    case PartKind::destructure: return follow(Datum(), at + 1, walk);
  }
  return {};
}

// [[1, 2], 3] → [1, 2, 3]
Datum Machine::flattened(const Datum& array) {
  std::size_t size = 0;
  for (const Datum& element : array.elements()) size += element.is(Type::array) ? element.elements().size() : 1;
  Datum* const flat = evaluation_.arena.allocate<Datum>(size);
  Datum* out = flat;
  for (const Datum& element : array.elements()) {
    if (element.is(Type::array)) {
      out = std::copy(element.elements().begin(), element.elements().end(), out);
    } else {
      *out++ = element;
    }
  }
  return Datum::of_array({flat, size});
}

Datum Machine::follow_each(const Datum& array, std::size_t at, const Walk& walk) {
  const auto elements = array.elements();
  Datum* const results = evaluation_.arena.allocate<Datum>(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) results[i] = follow(elements[i], at, walk);
  return Datum::of_array({results, elements.size()});
}

// This step alone, for each element, and for those of arrays among them.
Datum Machine::follow_all(const Datum& array, std::size_t at, const Walk& walk) {
  const auto elements = array.elements();
  Datum* const results = evaluation_.arena.allocate<Datum>(elements.size());
  Walk one = walk;
  one.end = at + 1;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Datum element = open(elements[i], evaluation_);
    results[i] = element.is(Type::array) ? follow_all(element, at, walk) : follow(element, at, one);
  }
  return Datum::of_array({results, elements.size()});
}

Datum Machine::at_index(const Datum& array, const Datum& index, std::size_t at, const Walk& walk) {
  const auto elements = array.elements();
  if (index.is_number()) {
    // 1.7 is the element 1; there is none before the first.
    const double place = index.is(Type::integer) ? 0 : std::trunc(nearest_real(index));
    const std::int64_t element = index.is(Type::integer) ? index.integer() : place >= 0 && place < 1e15 ? static_cast<std::int64_t>(place) : -1;
    if (element < 0 || element >= static_cast<std::int64_t>(elements.size())) return {};
    return follow(elements[static_cast<std::size_t>(element)], at + 1, walk);
  }
  if (index.is(Type::range)) {
    const DatumRange& range = index.range();
    const auto size = static_cast<std::int64_t>(elements.size());
    const auto bound = [&](bool there, const Datum& end, std::int64_t otherwise) { return there && end.is(Type::integer) ? end.integer() : otherwise; };
    const std::int64_t from = bound(range.has_from, range.from, 0) + (range.has_from && range.from_excluded ? 1 : 0);
    const std::int64_t to = bound(range.has_to, range.to, size) + (range.has_to && range.to_included ? 1 : 0);
    if (from < 0 || from > to || to > size) return {};
    return follow(Datum::of_array(elements.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from))), at + 1, walk);
  }
  return follow(Datum(), at + 1, walk);
}

Datum Machine::filtered(std::span<const Datum> elements, const Step& step, const Walk& walk) {
  Datum* const kept = evaluation_.arena.allocate<Datum>(elements.size());
  std::size_t size = 0;
  for (const Datum& element : elements) {
    const Datum verdict = run(*step.condition, walk.free, &element);
    if (evaluation_.failed()) return {};
    if (is_truthy(verdict)) kept[size++] = element;
  }
  return Datum::of_array({kept, size});
}

Datum Machine::destructured(const Datum& object, const Step& step, const Walk& walk) {
  Pile<DatumMember> members(evaluation_.arena);
  bool is_merged = false;
  for (const auto& [name, program, is_all] : step.members) {
    const Datum value = open(run(*program, walk.free, &object), evaluation_);
    if (evaluation_.failed()) return {};
    is_merged = is_merged || is_all;
    if (!is_all) {
      members.push({name, value});
    } else if (value.is(Type::object)) {  // {k.*}: what k has
      for (const DatumMember& member : value.members()) members.push(member);
    }
  }
  std::span<DatumMember> all = members.finish();
  if (is_merged) all = sort_members(all);
  const Datum made = Datum::of_object(all);
  if (step.members.size() > 1) check_weight(made, evaluation_);  // .{a: $this, b: $this}.{a: $this, …} is twice as large with each step
  return made;
}

Datum Machine::call_method(const Datum& datum, const Step& step, const Walk& walk) {
  const Function* const function = step.functions[static_cast<std::size_t>(datum.type())];
  if (function == nullptr) return evaluation_.fail(fmt::format("Method '{}' cannot be called on value of type '{}'", step.name, type_name(datum.type())));
  const std::size_t count = step.arguments.size() + 1;
  if (count < function->arguments_min || (function->arguments_max != 255 && count > function->arguments_max)) {
    wrong_count(evaluation_, function->name, function->arguments_min, function->arguments_max);
    name_method(evaluation_.failure, *function, step.name);
    return {};
  }
  Datum* const arguments = evaluation_.arena.allocate<Datum>(count);
  arguments[0] = datum;
  for (std::size_t i = 1; i < count; ++i) {
    arguments[i] = run(*step.arguments[i - 1], walk.free, &datum);
    if (evaluation_.failed()) return {};
  }
  open_all(arguments, count);
  const Datum result = function->run({arguments, count}, evaluation_);
  if (evaluation_.failed()) name_method(evaluation_.failure, *function, step.name);
  if (!step.is_fixed) check_weight(result, evaluation_);
  return result;
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/object_edit.h"

#include <algorithm>
#include <optional>

namespace millrace::surrealql {
namespace {

std::span<const DatumMember>::iterator find(std::span<const DatumMember> members, std::string_view name) {
  return std::lower_bound(members.begin(), members.end(), name, [](const DatumMember& member, std::string_view key) { return member.key < key; });
}

// The members with `name` set to `value`, or without it.
Datum changed(std::span<const DatumMember> members, std::string_view name, const std::optional<Datum>& value, Arena& arena) {
  const auto place = find(members, name);
  const bool is_there = place != members.end() && place->key == name;
  DatumMember* const copy = arena.allocate<DatumMember>(members.size() + 1);
  DatumMember* out = std::copy(members.begin(), place, copy);
  if (value) *out++ = {name, *value};
  out = std::copy(is_there ? place + 1 : place, members.end(), out);
  return Datum::of_object({copy, static_cast<std::size_t>(out - copy)});
}

// Each element as `change` makes it.
template <typename Change>
Datum each(const Datum& array, Arena& arena, Change change) {
  const auto elements = array.elements();
  Datum* const copy = arena.allocate<Datum>(elements.size());
  std::transform(elements.begin(), elements.end(), copy, change);
  return Datum::of_array({copy, elements.size()});
}

// Which element [n], [$] means; nothing when it is none.
std::optional<std::size_t> element_of(const Step& step, std::size_t size) {
  const std::size_t at = step.kind == PartKind::last ? size - 1 : step.argument;
  return at < size ? std::optional(at) : std::nullopt;
}

}  // namespace

Datum with_member(const Datum& object, std::span<const std::string> names, const Datum& value, Evaluation& evaluation) {
  if (names.empty()) return value;
  if (object.is(Type::array)) {
    return each(open(object, evaluation), evaluation.arena, [&](const Datum& element) { return with_member(element, names, value, evaluation); });
  }
  const auto members = object.is(Type::object) ? open(object, evaluation).members() : std::span<const DatumMember>{};
  const auto place = find(members, names.front());
  const Datum before = place != members.end() && place->key == names.front() ? place->value : Datum();
  return changed(members, names.front(), with_member(before, names.subspan(1), value, evaluation), evaluation.arena);
}

Datum with_value(const Datum& datum, std::span<const Step> steps, const Datum& value, Evaluation& evaluation) {
  if (steps.empty()) return value;
  const Step& step = steps.front();
  // What is nothing, or an object without it, gets it: the others of an array do.
  if (step.kind == PartKind::field && (datum.is(Type::object) || datum.is_nothing())) {
    const auto members = datum.is_nothing() ? std::span<const DatumMember>{} : open(datum, evaluation).members();
    const auto place = find(members, step.name);
    const Datum before = place != members.end() && place->key == step.name ? place->value : Datum();
    return changed(members, step.name, with_value(before, steps.subspan(1), value, evaluation), evaluation.arena);
  }
  if (datum.is(Type::array)) {
    const Datum array = open(datum, evaluation);
    if (step.kind == PartKind::field || step.kind == PartKind::all) {
      return each(array, evaluation.arena, [&](const Datum& element) { return with_value(element, step.kind == PartKind::all ? steps.subspan(1) : steps, value, evaluation); });
    }
    const auto at = element_of(step, array.elements().size());
    if (!at) return datum;
    std::size_t i = 0;
    return each(array, evaluation.arena, [&](const Datum& element) { return i++ == *at ? with_value(element, steps.subspan(1), value, evaluation) : element; });
  }
  return datum;
}

Datum without(const Datum& datum, std::span<const Step> steps, Evaluation& evaluation) {
  const Step& step = steps.front();
  const auto rest = steps.subspan(1);
  if (datum.is(Type::object)) {
    if (step.kind == PartKind::all) return rest.empty() ? Datum::of_object({}) : datum;
    const auto members = open(datum, evaluation).members();
    const auto place = find(members, step.name);
    if (step.kind != PartKind::field || place == members.end() || place->key != step.name) return datum;
    return changed(members, step.name, rest.empty() ? std::nullopt : std::optional(without(place->value, rest, evaluation)), evaluation.arena);
  }
  if (!datum.is(Type::array) || step.kind == PartKind::field) return datum;
  const Datum array = open(datum, evaluation);
  if (step.kind == PartKind::all) {
    if (rest.empty()) return Datum::of_array({});
    return each(array, evaluation.arena, [&](const Datum& element) { return without(element, rest, evaluation); });
  }
  // An element keeps its place: it becomes NONE.
  const auto at = element_of(step, array.elements().size());
  std::size_t i = 0;
  return each(array, evaluation.arena, [&](const Datum& element) {
    if (i++ != at) return element;
    return rest.empty() ? Datum() : without(element, rest, evaluation);
  });
}

Datum at_steps(const Datum& datum, std::span<const Step> steps, Evaluation& evaluation) {
  if (steps.empty()) return datum;
  const Step& step = steps.front();
  if (datum.is(Type::object)) {
    if (step.kind == PartKind::all) return at_steps(datum, steps.subspan(1), evaluation);
    if (step.kind != PartKind::field) return {};
    const auto members = open(datum, evaluation).members();
    const auto place = find(members, step.name);
    return place != members.end() && place->key == step.name ? at_steps(place->value, steps.subspan(1), evaluation) : Datum();
  }
  if (!datum.is(Type::array)) return {};
  const Datum array = open(datum, evaluation);
  if (step.kind == PartKind::field || step.kind == PartKind::all) {
    return each(array, evaluation.arena, [&](const Datum& element) { return at_steps(element, step.kind == PartKind::all ? steps.subspan(1) : steps, evaluation); });
  }
  const auto at = element_of(step, array.elements().size());
  return at ? at_steps(array.elements()[*at], steps.subspan(1), evaluation) : Datum();
}

}  // namespace millrace::surrealql

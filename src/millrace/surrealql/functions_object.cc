// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/members.h"

namespace millrace::surrealql {
namespace {

Datum object_of(std::span<DatumMember> members) { return Datum::of_object(members); }

}  // namespace

Datum object_entries(Evaluation& evaluation, ObjectArgument object) {
  ArrayBuilder out(evaluation, object.members.size());
  for (const DatumMember& member : object.members) {
    ArrayBuilder entry(evaluation, 2);
    entry.push(Datum::of_string(member.key));
    entry.push(member.value);
    out.push(entry.datum());
  }
  return out.datum();
}

Datum object_keys(Evaluation& evaluation, ObjectArgument object) {
  ArrayBuilder out(evaluation, object.members.size());
  for (const DatumMember& member : object.members) out.push(Datum::of_string(member.key));
  return out.datum();
}

Datum object_values(Evaluation& evaluation, ObjectArgument object) {
  ArrayBuilder out(evaluation, object.members.size());
  for (const DatumMember& member : object.members) out.push(member.value);
  return out.datum();
}

Datum object_is_empty(Evaluation&, ObjectArgument object) { return Datum::of_boolean(object.members.empty()); }
Datum object_len(Evaluation&, ObjectArgument object) { return datum_of_size(object.members.size()); }

// Both are sorted by key, so one walk does; of equal keys the other's stays.
Datum object_extend(Evaluation& evaluation, ObjectArgument object, ObjectArgument other) {
  DatumMember* const members = evaluation.arena.allocate<DatumMember>(object.members.size() + other.members.size());
  std::size_t size = 0;
  auto ours = object.members.begin();
  auto theirs = other.members.begin();
  while (ours != object.members.end() || theirs != other.members.end()) {
    const bool is_theirs = ours == object.members.end() || (theirs != other.members.end() && theirs->key <= ours->key);
    if (is_theirs && ours != object.members.end() && ours->key == theirs->key) ++ours;
    members[size++] = is_theirs ? *theirs++ : *ours++;
  }
  return object_of({members, size});
}

Datum object_from_entries(Evaluation& evaluation, ArrayArgument entries) {
  DatumMember* const members = evaluation.arena.allocate<DatumMember>(entries.elements.size());
  std::size_t size = 0;
  for (const Datum& entry : entries.elements) {
    if (!entry.is(Type::array) || entry.elements().size() != 2) {
      return wrong_arguments(evaluation, "object::from_entries",
                             fmt::format("Expected entries, found {}", kind_name(entry.type())));
    }
    const Datum& key = entry.elements()[0];
    members[size++] = {.key = key.is(Type::string) ? key.string() : sql_text(key, evaluation),
                       .value = entry.elements()[1]};
  }
  return object_of(sort_members({members, size}));
}

Datum object_remove(Evaluation& evaluation, ObjectArgument object, Datum keys) {
  const DatumSpan all = keys.is(Type::array) ? keys.elements() : DatumSpan(&keys, 1);
  for (const Datum& key : all) {
    if (key.is(Type::string)) continue;
    return wrong_arguments(
        evaluation, "object::remove",
        fmt::format("'{}' cannot be used as a key. Please use a string instead.", sql_text(key, evaluation)));
  }
  DatumMember* const members = evaluation.arena.allocate<DatumMember>(object.members.size());
  std::size_t size = 0;
  for (const DatumMember& member : object.members) {
    if (std::ranges::none_of(all, [&](const Datum& key) { return key.string() == member.key; })) members[size++] = member;
  }
  return object_of({members, size});
}

}  // namespace millrace::surrealql

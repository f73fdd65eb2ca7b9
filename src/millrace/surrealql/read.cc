// SPDX-License-Identifier: Apache-2.0
//
// Slots and values become data, data become values.
#include <chrono>
#include <limits>

#include "millrace/record/json.h"
#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/json_reader.h"
#include "millrace/surrealql/members.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/raw_text.h"
#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

// CBOR tags of SurrealDB's ranges: the range, and its ends that are part of it and that are not.
constexpr std::uint64_t range_tag = 49;
constexpr std::uint64_t included_tag = 50;
constexpr std::uint64_t excluded_tag = 51;

constexpr std::int64_t in_a_second = 1'000'000'000;

Datum read_string(const Slot& slot, Arena& arena) {
  return Datum::of_string(slot.escaped ? unescape_json(slot.text, arena) : slot.text);
}

bool holds_text(const Datum& datum) {
  if (datum.is_text()) return true;
  if (datum.is(Type::array)) {
    for (const Datum& element : datum.elements()) {
      if (holds_text(element)) return true;
    }
  } else if (datum.is(Type::object)) {
    for (const DatumMember& member : datum.members()) {
      if (holds_text(member.value)) return true;
    }
  } else if (datum.is(Type::range)) {
    return holds_text(datum.range().from) || holds_text(datum.range().to);
  } else if (datum.is(Type::record)) {
    return holds_text(datum.record().key);
  }
  return false;
}

bool read_end(const Value& end, Arena& arena, Datum& out, bool& excluded) {
  const auto* tagged = end.get_if<Tagged>();
  if (tagged == nullptr || tagged->content.empty()) return false;
  excluded = tagged->tag == excluded_tag;
  out = to_datum(tagged->content.front(), arena);
  return true;
}

struct ToDatum {
  Arena& arena;

  Datum operator()(const None&) const { return Datum::none(); }
  Datum operator()(std::nullptr_t) const { return Datum::null(); }
  Datum operator()(bool value) const { return Datum::of_boolean(value); }
  Datum operator()(std::int64_t value) const { return Datum::of_integer(value); }
  Datum operator()(double value) const { return Datum::of_real(value); }
  Datum operator()(const Decimal& value) const {
    const auto decimal = parse_decimal(value.digits);
    return decimal ? Datum::of_decimal(arena.make(normalized(*decimal))) : read_json_real(value.digits);
  }
  Datum operator()(const std::string& value) const { return Datum::of_string(arena.copy(value)); }
  Datum operator()(const Bytes& value) const { return Datum::of_bytes(arena.copy(value.data)); }
  Datum operator()(Timestamp value) const {
    const std::int64_t count = value.time_since_epoch().count();
    const std::int64_t rest = (count % in_a_second + in_a_second) % in_a_second;
    return Datum::of_datetime((count - rest) / in_a_second, static_cast<std::uint32_t>(rest));
  }
  Datum operator()(const Duration& value) const { return Datum::of_duration(value.seconds, value.nanoseconds); }
  Datum operator()(const Uuid& value) const {
    const std::string_view bytes = arena.copy({reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
    return Datum::of_uuid(reinterpret_cast<const std::uint8_t*>(bytes.data()));
  }
  Datum operator()(const RecordLink& value) const {
    return Datum::of_record(arena.make(DatumRecord{arena.copy(value.table), to_datum(value.key.front(), arena)}));
  }
  Datum operator()(const Array& values) const {
    Datum* const elements = arena.allocate<Datum>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) elements[i] = to_datum(values[i], arena);
    return Datum::of_array({elements, values.size()});
  }
  Datum operator()(const Object& object) const {
    DatumMember* const members = arena.allocate<DatumMember>(object.size());
    for (std::size_t i = 0; i < object.size(); ++i)
      members[i] = {arena.copy(object[i].key), to_datum(object[i].value, arena)};
    return Datum::of_object(sort_members({members, object.size()}));
  }
  Datum operator()(const Tagged& tagged) const {
    const Array* const ends = tagged.content.empty() ? nullptr : tagged.content.front().get_if<Array>();
    if (tagged.tag == range_tag && ends != nullptr && ends->size() == 2) {
      DatumRange range;
      bool to_excluded = true;
      range.has_from = read_end(ends->front(), arena, range.from, range.from_excluded);
      range.has_to = read_end(ends->back(), arena, range.to, to_excluded);
      range.to_included = !to_excluded;
      return Datum::of_range(arena.make(range));
    }
    return tagged.content.empty() ? Datum::none() : to_datum(tagged.content.front(), arena);
  }
};

Value range_value(const DatumRange& range) {
  const auto end = [](bool has, const Datum& value, bool excluded) {
    return has ? Value(Tagged{excluded ? excluded_tag : included_tag, {to_value(value)}}) : Value(nullptr);
  };
  return Tagged{range_tag,
                {Value(Array{end(range.has_from, range.from, range.from_excluded),
                             end(range.has_to, range.to, !range.to_included)})}};
}

// A Timestamp has the years 1678 to 2261; what lies beyond stays text.
Value datetime_value(const Datum& datum) {
  constexpr std::int64_t seconds_max = std::numeric_limits<std::int64_t>::max() / in_a_second - 1;
  if (datum.datetime_seconds() >= -seconds_max && datum.datetime_seconds() <= seconds_max) {
    return Timestamp(std::chrono::nanoseconds(datum.datetime_seconds() * in_a_second + datum.nanoseconds()));
  }
  std::string text;
  append_datetime(text, datum.datetime_seconds(), datum.nanoseconds());
  return text;
}

}  // namespace

Datum read(const Slot& slot, Evaluation& evaluation) {
  switch (slot.kind) {
    case SlotKind::missing: return Datum::none();
    case SlotKind::null_value: return Datum::null();
    case SlotKind::false_value: return Datum::of_boolean(false);
    case SlotKind::true_value: return Datum::of_boolean(true);
    case SlotKind::integer: return read_json_integer(slot.text, evaluation.arena);
    case SlotKind::real: return read_json_real(slot.text);
    case SlotKind::string: return read_string(slot, evaluation.arena);
    case SlotKind::array: return Datum::of_array_text(slot.text);
    case SlotKind::object: return Datum::of_object_text(slot.text);
  }
  return {};
}

Datum open(const Datum& datum, Evaluation& evaluation) {
  if (datum.is_text()) return read_json_value(datum.string(), evaluation.arena);
  if (!holds_text(datum)) return datum;
  Arena& arena = evaluation.arena;
  if (datum.is(Type::array)) {
    const auto from = datum.elements();
    Datum* const elements = arena.allocate<Datum>(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) elements[i] = open(from[i], evaluation);
    return Datum::of_array({elements, from.size()});
  }
  if (datum.is(Type::range)) {
    DatumRange range = datum.range();
    range.from = open(range.from, evaluation);
    range.to = open(range.to, evaluation);
    return Datum::of_range(arena.make(range));
  }
  if (datum.is(Type::record)) {
    return Datum::of_record(arena.make(DatumRecord{datum.record().table, open(datum.record().key, evaluation)}));
  }
  const auto from = datum.members();
  DatumMember* const members = arena.allocate<DatumMember>(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) members[i] = {from[i].key, open(from[i].value, evaluation)};
  return Datum::of_object({members, from.size()});
}

Datum to_datum(const Value& value, Arena& arena) { return std::visit(ToDatum{arena}, value.variant()); }

Value to_value(const Datum& datum) {
  switch (datum.type()) {
    case Type::none: return None{};
    case Type::null: return nullptr;
    case Type::boolean: return datum.boolean();
    case Type::integer: return datum.integer();
    case Type::real: return datum.real();
    case Type::decimal: return Decimal{number_text(datum)};
    case Type::string: return std::string(datum.string());
    case Type::bytes: return Bytes{std::string(datum.string())};
    case Type::duration: return Duration{datum.duration_seconds(), datum.nanoseconds()};
    case Type::datetime: return datetime_value(datum);
    case Type::uuid: {
      Uuid uuid;
      std::copy(datum.uuid(), datum.uuid() + 16, uuid.bytes.begin());
      return uuid;
    }
    case Type::record: return RecordLink{std::string(datum.record().table), {to_value(datum.record().key)}};
    case Type::range: return range_value(datum.range());
    case Type::regex: {
      std::string text;
      append_sql(text, datum);
      return text;
    }
    case Type::array:
    case Type::object: break;
  }
  if (datum.is_text()) return parse_validated_json(datum.string());
  if (datum.is(Type::array)) {
    Array values;
    values.reserve(datum.elements().size());
    for (const Datum& element : datum.elements()) values.push_back(to_value(element));
    return values;
  }
  Object object;
  object.reserve(datum.members().size());
  for (const DatumMember& member : datum.members()) object.push_back({std::string(member.key), to_value(member.value)});
  return object;
}

}  // namespace millrace::surrealql

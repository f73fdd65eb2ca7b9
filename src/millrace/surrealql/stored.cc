// SPDX-License-Identifier: Apache-2.0
//
// The form in which values are put aside: a byte that says the type, then
//
//   boolean, and what has no content   nothing more: there is a byte for each
//   integer, lengths, seconds          base 128, lowest digits first; integers and datetimes zigzag
//   real                               its eight bytes
//   text                               length, bytes; arrays and objects that are text still stay so
//   array, object                      count, then the elements, or key and value of each member
//
// It is for this process and this run only; what is read was written here, so nothing is checked but that it is there.
#include <algorithm>
#include <bit>
#include <cstring>

#include "millrace/base/assert.h"
#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/regex.h"
#include "millrace/surrealql/stored_number.h"

namespace millrace::surrealql {
namespace {

enum class Mark : std::uint8_t {
  none,
  null,
  no,
  yes,
  integer,
  real,
  decimal,
  string,
  duration,
  datetime,
  uuid,
  array,
  object,
  array_text,
  object_text,
  bytes,
  record,
  regex,
  range
};

void put(std::string& out, Mark mark) { out += static_cast<char>(mark); }

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out.append(text);
}
void put_word(std::string& out, std::uint64_t word) { out.append(reinterpret_cast<const char*>(&word), sizeof word); }

std::string_view take(std::string_view& in, std::size_t size) {
  MILLRACE_ASSERT(size <= in.size());
  const std::string_view taken = in.substr(0, size);
  in.remove_prefix(size);
  return taken;
}
std::uint8_t take_byte(std::string_view& in) { return static_cast<std::uint8_t>(take(in, 1).front()); }
std::string_view take_text(std::string_view& in) { return take(in, take_number(in)); }
std::uint64_t take_word(std::string_view& in) {
  std::uint64_t word = 0;
  std::memcpy(&word, take(in, sizeof word).data(), sizeof word);
  return word;
}

void put_time(std::string& out, Mark mark, std::uint64_t seconds, std::uint32_t nanoseconds) {
  put(out, mark);
  put_number(out, seconds);
  put_number(out, nanoseconds);
}

void put_decimal(std::string& out, const Decimal96& value) {
  put(out, Mark::decimal);
  out += static_cast<char>(value.scale | (value.negative ? 0x80 : 0));
  put_number(out, value.high);
  put_word(out, value.low);
}

void put_range(std::string& out, const DatumRange& range) {
  put(out, Mark::range);
  out += static_cast<char>(range.has_from | range.has_to << 1 | range.from_excluded << 2 | range.to_included << 3);
  if (range.has_from) append_stored(out, range.from);
  if (range.has_to) append_stored(out, range.to);
}

Datum read_decimal(std::string_view& in, Arena& arena) {
  Decimal96 value;
  const std::uint8_t first = take_byte(in);
  value.scale = first & 0x7f;
  value.negative = first >= 0x80;
  value.high = static_cast<std::uint32_t>(take_number(in));
  value.low = take_word(in);
  return Datum::of_decimal(arena.make(value));
}

Datum read_array(std::string_view& in, Arena& arena) {
  const std::uint64_t count = take_number(in);
  Datum* const elements = arena.allocate<Datum>(count);
  for (std::size_t i = 0; i < count; ++i) elements[i] = read_stored(in, arena);
  return Datum::of_array({elements, count});
}

Datum read_object(std::string_view& in, Arena& arena) {
  const std::uint64_t count = take_number(in);
  DatumMember* const members = arena.allocate<DatumMember>(count);
  for (std::size_t i = 0; i < count; ++i) {
    members[i].key = take_text(in);
    members[i].value = read_stored(in, arena);
  }
  return Datum::of_object({members, count});
}

Datum read_range(std::string_view& in, Arena& arena) {
  DatumRange range;
  const std::uint8_t flags = take_byte(in);
  range.has_from = (flags & 1) != 0;
  range.has_to = (flags & 2) != 0;
  range.from_excluded = (flags & 4) != 0;
  range.to_included = (flags & 8) != 0;
  if (range.has_from) range.from = read_stored(in, arena);
  if (range.has_to) range.to = read_stored(in, arena);
  return Datum::of_range(arena.make(range));
}

}  // namespace

void append_stored(std::string& out, const Datum& datum) {
  switch (datum.type()) {
    case Type::none: return put(out, Mark::none);
    case Type::null: return put(out, Mark::null);
    case Type::boolean: return put(out, datum.boolean() ? Mark::yes : Mark::no);
    case Type::integer: put(out, Mark::integer); return put_signed(out, datum.integer());
    case Type::real: put(out, Mark::real); return put_word(out, std::bit_cast<std::uint64_t>(datum.real()));
    case Type::decimal: return put_decimal(out, datum.decimal());
    case Type::string: put(out, Mark::string); return put_text(out, datum.string());
    case Type::duration: return put_time(out, Mark::duration, datum.duration_seconds(), datum.nanoseconds());
    case Type::datetime:
      put(out, Mark::datetime);
      put_signed(out, datum.datetime_seconds());
      return put_number(out, datum.nanoseconds());
    case Type::uuid:
      put(out, Mark::uuid);
      out.append(reinterpret_cast<const char*>(datum.uuid()), 16);
      return;
    case Type::bytes: put(out, Mark::bytes); return put_text(out, datum.string());
    case Type::regex: put(out, Mark::regex); return put_text(out, datum.regex().pattern());
    case Type::range: return put_range(out, datum.range());
    case Type::record:
      put(out, Mark::record);
      put_text(out, datum.record().table);
      return append_stored(out, datum.record().key);
    case Type::array:
      put(out, datum.is_text() ? Mark::array_text : Mark::array);
      if (datum.is_text()) return put_text(out, datum.string());
      put_number(out, datum.elements().size());
      for (const Datum& element : datum.elements()) append_stored(out, element);
      return;
    case Type::object:
      put(out, datum.is_text() ? Mark::object_text : Mark::object);
      if (datum.is_text()) return put_text(out, datum.string());
      put_number(out, datum.members().size());
      for (const DatumMember& member : datum.members()) {
        put_text(out, member.key);
        append_stored(out, member.value);
      }
      return;
  }
}

Datum read_stored(std::string_view& in, Arena& arena) {
  switch (static_cast<Mark>(take_byte(in))) {
    case Mark::none: return Datum::none();
    case Mark::null: return Datum::null();
    case Mark::no: return Datum::of_boolean(false);
    case Mark::yes: return Datum::of_boolean(true);
    case Mark::integer: return Datum::of_integer(take_signed(in));
    case Mark::real: return Datum::of_real(std::bit_cast<double>(take_word(in)));
    case Mark::decimal: return read_decimal(in, arena);
    case Mark::string: return Datum::of_string(take_text(in));
    case Mark::duration: {
      const std::uint64_t seconds = take_number(in);
      return Datum::of_duration(seconds, static_cast<std::uint32_t>(take_number(in)));
    }
    case Mark::datetime: {
      const std::int64_t seconds = take_signed(in);
      return Datum::of_datetime(seconds, static_cast<std::uint32_t>(take_number(in)));
    }
    case Mark::uuid: return Datum::of_uuid(reinterpret_cast<const std::uint8_t*>(take(in, 16).data()));
    case Mark::array: return read_array(in, arena);
    case Mark::object: return read_object(in, arena);
    case Mark::array_text: return Datum::of_array_text(take_text(in));
    case Mark::object_text: return Datum::of_object_text(take_text(in));
    case Mark::bytes: return Datum::of_bytes(take_text(in));
    case Mark::record: {
      const std::string_view table = take_text(in);
      return Datum::of_record(arena.make(DatumRecord{table, read_stored(in, arena)}));
    }
    case Mark::regex: return Datum::of_regex(Regex::kept(take_text(in), true));
    case Mark::range: return read_range(in, arena);
  }
  MILLRACE_ASSERT(false);
  return {};
}

namespace {

std::string_view copy_bytes(const void* from, std::size_t size, Arena& arena) {
  return arena.copy({static_cast<const char*>(from), size});
}

Datum copy_array(std::span<const Datum> from, Arena& arena) {
  Datum* const elements = arena.allocate<Datum>(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) elements[i] = deep_copy(from[i], arena);
  return Datum::of_array({elements, from.size()});
}

Datum copy_object(std::span<const DatumMember> from, Arena& arena) {
  DatumMember* const members = arena.allocate<DatumMember>(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) members[i] = {arena.copy(from[i].key), deep_copy(from[i].value, arena)};
  return Datum::of_object({members, from.size()});
}

}  // namespace

Datum deep_copy(const Datum& datum, Arena& arena) {
  switch (datum.type()) {
    case Type::none:
    case Type::null:
    case Type::boolean:
    case Type::integer:
    case Type::real:
    case Type::duration:
    case Type::datetime:
    case Type::regex: return datum;
    case Type::decimal: return Datum::of_decimal(arena.make(datum.decimal()));
    case Type::string: return Datum::of_string(arena.copy(datum.string()));
    case Type::bytes: return Datum::of_bytes(arena.copy(datum.string()));
    case Type::uuid:
      return Datum::of_uuid(reinterpret_cast<const std::uint8_t*>(copy_bytes(datum.uuid(), 16, arena).data()));
    case Type::array:
      return datum.is_text() ? Datum::of_array_text(arena.copy(datum.string())) : copy_array(datum.elements(), arena);
    case Type::object:
      return datum.is_text() ? Datum::of_object_text(arena.copy(datum.string())) : copy_object(datum.members(), arena);
    case Type::record:
      return Datum::of_record(
          arena.make(DatumRecord{arena.copy(datum.record().table), deep_copy(datum.record().key, arena)}));
    case Type::range: {
      DatumRange range = datum.range();
      range.from = deep_copy(range.from, arena);
      range.to = deep_copy(range.to, arena);
      return Datum::of_range(arena.make(range));
    }
  }
  return datum;
}

}  // namespace millrace::surrealql

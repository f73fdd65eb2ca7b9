// SPDX-License-Identifier: Apache-2.0
//
// A Datum is a value while a query is evaluated: sixteen bytes, copied freely, owning nothing. What does not fit points into the
// record's text, the query's constants, or an Arena.
//
//   Datum::of_integer(3)    Datum::of_string(view)    datum.type() == Type::string ? datum.string() : …
//
// Arrays and objects that come out of a record are text until somebody looks inside: is_text() says so, and open() (operations.h)
// makes them elements and members.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "millrace/base/assert.h"

namespace millrace::surrealql {

// In SurrealDB's order of types: a value of an earlier type is less than any of a later one. The three kinds of number are one type there.
enum class Type : std::uint8_t { none, null, boolean, integer, real, decimal, string, duration, datetime, uuid, array, object, bytes, record, regex, range };
inline constexpr std::size_t type_count = static_cast<std::size_t>(Type::range) + 1;

__extension__ using Wide = unsigned __int128;

// 96 bits and a scale of 0 to 28, as SurrealDB's.
struct Decimal96 {
  std::uint64_t low = 0;
  std::uint32_t high = 0;
  std::uint8_t scale = 0;
  bool negative = false;
};

struct DatumMember;
struct DatumRange;
struct DatumRecord;
class Regex;

class Datum {
 public:
  constexpr Datum() = default;  // NONE
  static constexpr Datum none() { return {}; }
  static constexpr Datum null() { return Datum(Type::null, 0, std::uint64_t{0}); }
  static constexpr Datum of_boolean(bool value) { return Datum(Type::boolean, 0, std::uint64_t{value}); }
  static constexpr Datum of_integer(std::int64_t value) { return Datum(Type::integer, 0, static_cast<std::uint64_t>(value)); }
  static constexpr Datum of_real(double value) { return Datum(Type::real, 0, std::bit_cast<std::uint64_t>(value)); }
  static Datum of_string(std::string_view text) { return Datum(Type::string, text.size(), text.data()); }
  static Datum of_bytes(std::string_view data) { return Datum(Type::bytes, data.size(), data.data()); }
  static Datum of_duration(std::uint64_t seconds, std::uint32_t nanoseconds) { return Datum(Type::duration, nanoseconds, seconds); }
  // Seconds since 1970 in UTC, rounded down, and nanoseconds: every year that SurrealDB has.
  static Datum of_datetime(std::int64_t seconds, std::uint32_t nanoseconds) { return Datum(Type::datetime, nanoseconds, static_cast<std::uint64_t>(seconds)); }
  // These point at what the caller keeps, as a rule in an arena.
  static Datum of_decimal(const Decimal96* value) { return Datum(Type::decimal, 0, value); }
  static Datum of_uuid(const std::uint8_t* sixteen_bytes) { return Datum(Type::uuid, 16, sixteen_bytes); }
  static Datum of_array(std::span<const Datum> elements) { return Datum(Type::array, elements.size(), elements.data()); }
  static Datum of_object(std::span<const DatumMember> members);  // sorted by key, no key twice
  static Datum of_range(const DatumRange* range) { return Datum(Type::range, 0, range); }
  static Datum of_record(const DatumRecord* record) { return Datum(Type::record, 0, record); }
  static Datum of_regex(const Regex* regex) { return Datum(Type::regex, 0, regex); }
  // JSON text of an array or object, '[' to ']' or '{' to '}', which was validated when it was read.
  static Datum of_array_text(std::string_view text) { return Datum(Type::array, text.size(), text.data(), true); }
  static Datum of_object_text(std::string_view text) { return Datum(Type::object, text.size(), text.data(), true); }

  constexpr Type type() const { return static_cast<Type>(head_ & 0xff); }
  constexpr bool is(Type type) const { return this->type() == type; }
  constexpr bool is_number() const { return type() >= Type::integer && type() <= Type::decimal; }
  constexpr bool is_nothing() const { return type() <= Type::null; }  // NONE or NULL
  constexpr bool is_text() const { return (head_ & text_bit) != 0; }

  // Each for its own type only.
  constexpr bool boolean() const { return bits_ != 0; }
  constexpr std::int64_t integer() const { return static_cast<std::int64_t>(bits_); }
  constexpr double real() const { return std::bit_cast<double>(bits_); }
  std::string_view string() const { return {pointer<char>(), size()}; }  // string, bytes, and the text of arrays and objects
  std::uint64_t duration_seconds() const { return bits_; }
  std::int64_t datetime_seconds() const { return static_cast<std::int64_t>(bits_); }
  std::uint32_t nanoseconds() const { return size(); }  // of durations and datetimes
  const Decimal96& decimal() const { return *pointer<Decimal96>(); }
  const std::uint8_t* uuid() const { return pointer<std::uint8_t>(); }
  std::span<const Datum> elements() const {  // of an array that is open
    MILLRACE_ASSERT(!is_text());
    return {pointer<Datum>(), size()};
  }
  std::span<const DatumMember> members() const;                                   // of an object that is open
  const DatumRange& range() const { return *pointer<DatumRange>(); }
  const DatumRecord& record() const { return *pointer<DatumRecord>(); }
  const Regex& regex() const { return *pointer<Regex>(); }

 private:
  constexpr Datum(Type type, std::size_t size, std::uint64_t bits) : head_(std::uint64_t{size} << size_shift | static_cast<std::uint64_t>(type)), bits_(bits) {}
  Datum(Type type, std::size_t size, const void* pointer, bool is_text = false)
      : Datum(type, size, reinterpret_cast<std::uintptr_t>(pointer)) {
    if (is_text) head_ |= text_bit;
  }
  constexpr std::uint32_t size() const { return static_cast<std::uint32_t>(head_ >> size_shift); }
  template <typename T>
  const T* pointer() const {
    return reinterpret_cast<const T*>(static_cast<std::uintptr_t>(bits_));
  }

  static constexpr unsigned size_shift = 32;
  static constexpr std::uint64_t text_bit = 0x100;

  // Type, whether it is text, and 32 bits of size (so no string of 4 GiB or more: --max-record is less) in one word: parts that are
  // written one by one and then read as a whole, by the next copy, make the processor wait.
  std::uint64_t head_ = 0;
  std::uint64_t bits_ = 0;
};
static_assert(sizeof(Datum) == 16);

struct DatumMember {
  std::string_view key;
  Datum value;
};
// `from..to` and its forms; an end that is not there is NONE and open.
struct DatumRange {
  Datum from;
  Datum to;
  bool has_from = false;
  bool has_to = false;
  bool from_excluded = false;  // >..
  bool to_included = false;    // ..=
};
struct DatumRecord {
  std::string_view table;
  Datum key;
};

inline Datum Datum::of_object(std::span<const DatumMember> members) { return Datum(Type::object, members.size(), members.data()); }
inline std::span<const DatumMember> Datum::members() const {
  MILLRACE_ASSERT(!is_text());
  return {pointer<DatumMember>(), size()};
}

}  // namespace millrace::surrealql

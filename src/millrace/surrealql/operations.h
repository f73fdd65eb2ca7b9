// SPDX-License-Identifier: Apache-2.0
//
// What SurrealQL's operators, casts and comparisons do to values: SurrealDB 3.0's rules (docs/processing.md).
//
// What can fail takes an Evaluation, says there what went wrong, and gives NONE; the caller looks at failed() when it suits it.
// What is not borrowed from the operands is put into the evaluation's arena.
// Threads: an Evaluation for each.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/record/row_view.h"
#include "millrace/record/value.h"
#include "millrace/surrealql/arena.h"
#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

struct Evaluation {
  Evaluation() = default;
  explicit Evaluation(std::size_t arena_bytes_max) : arena(ArenaOptions{.bytes_max = arena_bytes_max}) {}

  static constexpr std::size_t failure_bytes_max = 4000;

  Arena arena;
  std::string failure;  // why the record cannot be evaluated, in the engine's words where it has some; empty: it can

  bool failed() const { return !failure.empty(); }
  // The first failure stays. What quotes a very long value is cut.
  Datum fail(std::string why) {
    if (!failure.empty()) return {};
    failure = std::move(why);
    if (failure.size() > failure_bytes_max) cut_failure();
    return {};
  }

 private:
  void cut_failure();
};

// ---- in and out

// What a slot holds: borrowed, but for escaped strings. An integer outside int64 becomes a decimal, beyond 96 bits a float: the engine
// has no such integers (it refuses them as literals, and what comes in by CBOR wraps around).
Datum read(const Slot& slot, Evaluation& evaluation);
// Elements or members instead of text, all the way down; the same for what is open already and for what is neither. Members are
// sorted by key; the last of equal keys stays.
Datum open(const Datum& array_or_object, Evaluation& evaluation);
// A literal's or parameter's value; everything it points at is in the arena.
Datum to_datum(const Value& value, Arena& arena);
Value to_value(const Datum& datum);
// As contract.md has it: datetime as RFC 3339, decimal, duration, uuid and record as text, bytes as base64, NaN and infinities as null;
// a member that is NONE is left out, an element that is NONE is null.
void append_json(std::string& out, const Datum& datum);
// As SurrealQL writes it ('text', 1f, 1.5dec, d'…', NONE, [1, 2]): what <string> gives of compound values, and messages quote.
void append_sql(std::string& out, const Datum& datum);
// A form to put aside, and back: groups and sorted runs on disk. read_stored() gives views into `in`, or the arena, and moves `in` behind it.
void append_stored(std::string& out, const Datum& datum);
Datum read_stored(std::string_view& in, Arena& arena);
// A copy that outlives the record: everything it points at is in the arena.
Datum deep_copy(const Datum& datum, Arena& arena);

// ---- comparing: arrays and objects are open

// What the functions below do when no fast path fits.
std::strong_ordering compare_any(const Datum& a, const Datum& b);
std::uint64_t hash_any(const Datum& datum);
bool equal_any(const Datum& a, const Datum& b);

std::uint64_t hash_bytes(std::string_view bytes);
inline std::uint64_t hash_integer(std::int64_t value) {
  const auto mixed = static_cast<Wide>(static_cast<std::uint64_t>(value) ^ 0x9e3779b97f4a7c15) * 0xe7037ed1a0b428db;
  return static_cast<std::uint64_t>(mixed) ^ static_cast<std::uint64_t>(mixed >> 64);
}

// The total order of ORDER BY, GROUP BY and of arrays: by type, then by value; numbers of all three kinds among themselves, a float
// at what its shortest digits say (so 0.1f = 0.1dec); NaN of either sign at that end of the numbers; texts by their bytes.
inline std::strong_ordering compare(const Datum& a, const Datum& b) {
  if (a.is(Type::integer) && b.is(Type::integer)) return a.integer() <=> b.integer();
  if (a.is(Type::string) && b.is(Type::string)) return a.string() <=> b.string();
  return compare_any(a, b);
}
// Values for which compare() is equal have the same hash. It is for this process only.
inline std::uint64_t hash(const Datum& datum) {
  if (datum.is(Type::integer)) return hash_integer(datum.integer());
  if (datum.is(Type::string)) return hash_bytes(datum.string());
  return hash_any(datum);
}
bool is_truthy(const Datum& datum);
// == : the same value. 1 == 1.0 == 1dec, [1] == [1.0].
inline bool exactly_equal(const Datum& a, const Datum& b) {
  if (a.is(Type::string) && b.is(Type::string)) return a.string() == b.string();
  return compare(a, b) == 0;
}
// = : the same, and a string equals a regular expression that is found in it.
inline bool equal(const Datum& a, const Datum& b) {
  if (a.is(Type::integer) && b.is(Type::integer)) return a.integer() == b.integer();
  if (a.is(Type::string) && b.is(Type::string)) return a.string() == b.string();
  return equal_any(a, b);
}
bool all_equal(const Datum& a, const Datum& b);      // *=
bool any_equal(const Datum& a, const Datum& b);      // ?=
bool contains(const Datum& a, const Datum& b);       // CONTAINS; INSIDE is this the other way round
bool contains_all(const Datum& a, const Datum& b);
bool contains_any(const Datum& a, const Datum& b);
bool contains_none(const Datum& a, const Datum& b);

// The nearest double to a number.
double nearest_real(const Datum& number);
// As the engine's messages name it: "int", "string", "none".
std::string_view type_name(Type type);

// ---- arithmetic

Datum add(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum subtract(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum multiply(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum divide(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum remainder(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum power(const Datum& a, const Datum& b, Evaluation& evaluation);
Datum negate(const Datum& a, Evaluation& evaluation);

// ---- casts

enum class CastKind : std::uint8_t { any, boolean, integer, real, decimal, number, string, duration, datetime, uuid, bytes, array, object, record, range, regex, set };
// <array<int, 3>>: an element type and a size, as may be.
struct Cast {
  CastKind kind = CastKind::any;
  CastKind element = CastKind::any;
  std::int64_t size_max = -1;  // -1: none stated
};
// There is no type for sets: <set> gives an array, sorted, each value once. A regex lives as long as the program (Regex::kept).
Datum cast(const Datum& datum, const Cast& to, Evaluation& evaluation);
std::string_view to_string(CastKind kind);

}  // namespace millrace::surrealql

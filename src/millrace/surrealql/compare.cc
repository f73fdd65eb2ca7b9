// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/float_order.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/regex.h"

namespace millrace::surrealql {
namespace {

constexpr auto less = std::strong_ordering::less;
constexpr auto same = std::strong_ordering::equal;
constexpr auto more = std::strong_ordering::greater;

std::strong_ordering compare_arrays(const Datum& a, const Datum& b) {
  const auto left = a.elements();
  const auto right = b.elements();
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const auto order = compare(left[i], right[i]); order != 0) return order;
  }
  return left.size() <=> right.size();
}

std::strong_ordering compare_objects(const Datum& a, const Datum& b) {
  const auto left = a.members();
  const auto right = b.members();
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (const auto order = left[i].key <=> right[i].key; order != 0) return order;
    if (const auto order = compare(left[i].value, right[i].value); order != 0) return order;
  }
  return left.size() <=> right.size();
}

// No end is least, then those that are part of the range, then those that are not.
std::strong_ordering compare_ends(bool has_a, const Datum& a, bool a_excluded, bool has_b, const Datum& b,
                                  bool b_excluded) {
  if (!has_a || !has_b) return has_a <=> has_b;
  if (a_excluded != b_excluded) return a_excluded <=> b_excluded;
  return compare(a, b);
}

std::strong_ordering compare_ranges(const DatumRange& a, const DatumRange& b) {
  const auto order = compare_ends(a.has_from, a.from, a.from_excluded, b.has_from, b.from, b.from_excluded);
  return order != 0 ? order : compare_ends(a.has_to, a.to, !a.to_included, b.has_to, b.to, !b.to_included);
}

std::strong_ordering compare_records(const DatumRecord& a, const DatumRecord& b) {
  const auto order = a.table <=> b.table;
  return order != 0 ? order : compare(a.key, b.key);
}

std::strong_ordering compare_numbers(const Datum& a, const Datum& b) {
  if (a.is(Type::integer)) {
    if (b.is(Type::integer)) return a.integer() <=> b.integer();
    if (b.is(Type::real)) return 0 <=> compare_real_with_integer(b.real(), a.integer());
    return compare_decimals(decimal_of(a.integer()), b.decimal()) <=> 0;
  }
  if (a.is(Type::real)) {
    if (b.is(Type::integer)) return compare_real_with_integer(a.real(), b.integer()) <=> 0;
    if (b.is(Type::real)) return compare_reals(a.real(), b.real()) <=> 0;
    return compare_real_with_decimal(a.real(), b.decimal()) <=> 0;
  }
  if (b.is(Type::integer)) return compare_decimals(a.decimal(), decimal_of(b.integer())) <=> 0;
  if (b.is(Type::real)) return 0 <=> compare_real_with_decimal(b.real(), a.decimal());
  return compare_decimals(a.decimal(), b.decimal()) <=> 0;
}

// The three kinds of number are one type.
constexpr Type family(Type type) { return type == Type::real || type == Type::decimal ? Type::integer : type; }

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t odd_one = 0xa0761d6478bd642f;
constexpr std::uint64_t odd_two = 0xe7037ed1a0b428db;
constexpr std::uint64_t odd_three = 0x8ebc6af09c88c6e3;

std::uint64_t load(const char* at, std::size_t size) {
  std::uint64_t word = 0;
  if (size != 0) std::memcpy(&word, at, size);  // of nothing, `at` may be null
  return word;
}

std::uint64_t hash_real(double value) {
  if (value >= -0x1p63 && value < 0x1p63 && value == std::trunc(value))
    return hash_integer(static_cast<std::int64_t>(value));
  return mix(std::bit_cast<std::uint64_t>(value) ^ odd_three, odd_one);
}

// A float that equals the decimal is the one next to it, whose hash this is; so is that of an int.
std::uint64_t hash_decimal(const Decimal96& value) {
  if (is_whole(value)) {
    if (const auto integer = to_integer(value)) return hash_integer(*integer);
  }
  return mix(std::bit_cast<std::uint64_t>(nearest_double(value)) ^ odd_three, odd_one);
}

std::uint64_t add_to_hash(std::uint64_t sum, std::uint64_t next) { return mix(sum ^ odd_two, next ^ odd_three); }

std::uint64_t hash_range(const DatumRange& range) {
  const std::uint64_t kind =
      8 + range.has_from + 2 * (range.has_from && range.from_excluded) + 4 * (range.has_to && range.to_included);
  std::uint64_t sum = mix(odd_one, kind ^ odd_two);
  if (range.has_from) sum = add_to_hash(sum, hash(range.from));
  if (range.has_to) sum = add_to_hash(sum, hash(range.to));
  return sum;
}

}  // namespace

std::strong_ordering compare_any(const Datum& a, const Datum& b) {
  const Type type = family(a.type());
  if (type != family(b.type())) return type <=> family(b.type());
  switch (type) {
    case Type::none:
    case Type::null: return same;
    case Type::boolean: return a.boolean() <=> b.boolean();
    case Type::integer:
    case Type::real:
    case Type::decimal: return compare_numbers(a, b);
    case Type::string:
    case Type::bytes: return a.string() <=> b.string();
    case Type::duration:
      if (a.duration_seconds() != b.duration_seconds()) return a.duration_seconds() <=> b.duration_seconds();
      return a.nanoseconds() <=> b.nanoseconds();
    case Type::datetime:
      if (a.datetime_seconds() != b.datetime_seconds()) return a.datetime_seconds() <=> b.datetime_seconds();
      return a.nanoseconds() <=> b.nanoseconds();
    case Type::uuid: return std::memcmp(a.uuid(), b.uuid(), 16) <=> 0;
    case Type::array: return compare_arrays(a, b);
    case Type::object: return compare_objects(a, b);
    case Type::record: return compare_records(a.record(), b.record());
    case Type::regex: return a.regex().pattern() <=> b.regex().pattern();
    case Type::range: return compare_ranges(a.range(), b.range());
  }
  return same;
}

std::uint64_t hash_bytes(std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t size = bytes.size();
  std::uint64_t sum = odd_one ^ size;
  while (size > 16) {
    sum = mix(load(at, 8) ^ odd_two, load(at + 8, 8) ^ sum);
    at += 16;
    size -= 16;
  }
  const std::uint64_t first = load(at, std::min<std::size_t>(size, 8));
  const std::uint64_t second = size > 8 ? load(at + 8, size - 8) : 0;
  return mix(odd_three ^ bytes.size(), mix(first ^ odd_two, second ^ sum));
}

std::uint64_t hash_any(const Datum& datum) {
  const std::uint64_t kind = mix(odd_one, static_cast<std::uint64_t>(datum.type()) + odd_three);
  switch (datum.type()) {
    case Type::none:
    case Type::null: return kind;
    case Type::boolean: return kind + datum.boolean();
    case Type::integer: return hash_integer(datum.integer());
    case Type::real: return hash_real(datum.real());
    case Type::decimal: return hash_decimal(datum.decimal());
    case Type::string: return hash_bytes(datum.string());
    case Type::bytes: return add_to_hash(kind, hash_bytes(datum.string()));
    case Type::duration: return add_to_hash(kind + datum.nanoseconds(), datum.duration_seconds());
    case Type::datetime:
      return add_to_hash(kind + datum.nanoseconds(), static_cast<std::uint64_t>(datum.datetime_seconds()));
    case Type::uuid: return add_to_hash(kind, hash_bytes({reinterpret_cast<const char*>(datum.uuid()), 16}));
    case Type::array: {
      std::uint64_t sum = kind + datum.elements().size();
      for (const Datum& element : datum.elements()) sum = add_to_hash(sum, hash(element));
      return sum;
    }
    case Type::object: {
      std::uint64_t sum = kind + datum.members().size();
      for (const DatumMember& member : datum.members())
        sum = add_to_hash(add_to_hash(sum, hash_bytes(member.key)), hash(member.value));
      return sum;
    }
    case Type::record: return add_to_hash(kind ^ hash_bytes(datum.record().table), hash(datum.record().key));
    case Type::regex: return add_to_hash(kind, hash_bytes(datum.regex().pattern()));
    case Type::range: return hash_range(datum.range());
  }
  return kind;
}

bool is_truthy(const Datum& datum) {
  switch (datum.type()) {
    case Type::none:
    case Type::null:
    case Type::regex:
    case Type::range: return false;
    case Type::boolean: return datum.boolean();
    case Type::integer: return datum.integer() != 0;
    case Type::real: return datum.real() != 0.0;  // NaN is
    case Type::decimal: return !is_zero(datum.decimal());
    case Type::string:
    case Type::bytes: return !datum.string().empty();
    case Type::duration: return datum.duration_seconds() != 0 || datum.nanoseconds() != 0;
    case Type::datetime:
    case Type::uuid:
    case Type::record: return true;
    case Type::array:
    case Type::object: break;
  }
  // "[]" with white space in it, as may be.
  if (datum.is_text()) return datum.string().find_first_not_of(" \t\r\n", 1) + 1 != datum.string().size();
  return datum.is(Type::array) ? !datum.elements().empty() : !datum.members().empty();
}

bool equal_any(const Datum& a, const Datum& b) {
  if (a.is(Type::string) && b.is(Type::regex)) return b.regex().matches(a.string());
  if (a.is(Type::regex) && b.is(Type::string)) return a.regex().matches(b.string());
  return exactly_equal(a, b);
}

}  // namespace millrace::surrealql

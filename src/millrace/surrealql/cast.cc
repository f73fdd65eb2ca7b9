// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "millrace/record/json.h"
#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/raw_text.h"
#include "millrace/surrealql/record_text.h"
#include "millrace/surrealql/regex.h"
#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

using Converted = std::optional<Datum>;

// A text's number as Rust reads it: no white space, a sign, an exponent, "inf" and "nan" in any case.
Converted parse_real(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+') && !digits.substr(1).starts_with('-')) digits.remove_prefix(1);
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument || digits.contains('(')) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(digits).c_str(), nullptr);
  return Datum::of_real(value);
}

Converted parse_integer(std::string_view text) {
  if (text.starts_with('+') && !text.substr(1).starts_with('-')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return Datum::of_integer(value);
}

Converted to_boolean(const Datum& datum) {
  if (datum.is(Type::boolean)) return datum;
  if (datum.is(Type::string) && datum.string() == "true") return Datum::of_boolean(true);
  if (datum.is(Type::string) && datum.string() == "false") return Datum::of_boolean(false);
  return std::nullopt;
}

// Floats beyond int64 become its ends, as in the engine.
std::int64_t saturated(double whole) {
  if (whole >= 0x1p63) return INT64_MAX;
  return whole < -0x1p63 ? INT64_MIN : static_cast<std::int64_t>(whole);
}

Converted to_int(const Datum& datum) {
  switch (datum.type()) {
    case Type::integer: return datum;
    case Type::real:
      if (!std::isfinite(datum.real()) || datum.real() != std::trunc(datum.real())) return std::nullopt;
      return Datum::of_integer(saturated(datum.real()));
    case Type::decimal: {
      const auto value = is_whole(datum.decimal()) ? to_integer(datum.decimal()) : std::nullopt;
      return value ? Converted(Datum::of_integer(*value)) : std::nullopt;
    }
    case Type::string: return parse_integer(datum.string());
    default: return std::nullopt;
  }
}

Converted to_real(const Datum& datum) {
  switch (datum.type()) {
    case Type::real: return datum;
    case Type::integer: return Datum::of_real(static_cast<double>(datum.integer()));
    case Type::decimal: return Datum::of_real(to_double(datum.decimal()));
    case Type::string: return parse_real(datum.string());
    default: return std::nullopt;
  }
}

Converted to_decimal(const Datum& datum, Arena& arena) {
  std::optional<Decimal96> value;
  switch (datum.type()) {
    case Type::decimal: return datum;
    case Type::integer: value = decimal_of(datum.integer()); break;
    case Type::real: value = decimal_of(datum.real()); break;
    case Type::string: value = parse_decimal_digits(datum.string()); break;
    default: break;
  }
  if (!value) return std::nullopt;
  return Datum::of_decimal(arena.make(datum.is(Type::string) ? normalized(*value) : *value));
}

Converted to_number(const Datum& datum) {
  if (datum.is_number()) return datum;
  if (!datum.is(Type::string)) return std::nullopt;
  const auto integer = parse_integer(datum.string());
  return integer ? integer : parse_real(datum.string());
}

Converted to_text(const Datum& datum, Arena& arena) {
  if (datum.is(Type::string)) return datum;
  if (datum.is(Type::bytes)) return is_utf8(datum.string()) ? Converted(Datum::of_string(datum.string())) : std::nullopt;
  return Datum::of_string(arena.copy(datum.is(Type::decimal) ? number_text(datum) : raw_text(datum)));
}

Converted to_duration(const Datum& datum) {
  if (datum.is(Type::duration)) return datum;
  const auto value = datum.is(Type::string) ? parse_duration_text(datum.string()) : std::nullopt;
  return value ? Converted(Datum::of_duration(value->seconds, value->nanoseconds)) : std::nullopt;
}

Converted to_datetime(const Datum& datum) {
  if (datum.is(Type::datetime)) return datum;
  const auto value = datum.is(Type::string) ? parse_datetime(datum.string()) : std::nullopt;
  return value ? Converted(Datum::of_datetime(value->seconds, value->nanoseconds)) : std::nullopt;
}

Converted to_uuid(const Datum& datum, Arena& arena) {
  if (datum.is(Type::uuid)) return datum;
  std::uint8_t bytes[16];
  if (!datum.is(Type::string) || !parse_uuid_text(datum.string(), bytes)) return std::nullopt;
  const std::string_view kept = arena.copy({reinterpret_cast<const char*>(bytes), sizeof bytes});
  return Datum::of_uuid(reinterpret_cast<const std::uint8_t*>(kept.data()));
}

// An array's numbers are cut to a byte each, as in the engine.
Converted to_bytes(const Datum& datum, Arena& arena) {
  if (datum.is(Type::bytes)) return datum;
  if (datum.is(Type::string)) return Datum::of_bytes(datum.string());
  if (!datum.is(Type::array)) return std::nullopt;
  char* const bytes = arena.allocate<char>(datum.elements().size());
  char* to = bytes;
  for (const Datum& element : datum.elements()) {
    const auto value = to_int(element);
    if (!value) return std::nullopt;
    *to++ = static_cast<char>(value->integer());
  }
  return Datum::of_bytes({bytes, datum.elements().size()});
}

Converted to_regex(const Datum& datum) {
  if (datum.is(Type::regex)) return datum;
  if (!datum.is(Type::string)) return std::nullopt;
  std::string pattern(datum.string());
  for (std::size_t at = 0; (at = pattern.find("\\/", at)) != std::string::npos; ++at) pattern.erase(at, 1);
  const Regex* const regex = Regex::kept(pattern);  // the value may be a group's key, or go to another thread
  return regex != nullptr ? Converted(Datum::of_regex(regex)) : std::nullopt;
}

Converted to_range(const Datum& datum, Arena& arena) {
  if (datum.is(Type::range)) return datum;
  if (!datum.is(Type::array) || datum.elements().size() != 2) return std::nullopt;
  return Datum::of_range(
      arena.make(DatumRange{.from = datum.elements()[0], .to = datum.elements()[1], .has_from = true, .has_to = true}));
}

Converted to_record(const Datum& datum, Arena& arena) {
  if (datum.is(Type::record)) return datum;
  if (!datum.is(Type::string)) return std::nullopt;
  const DatumRecord* const record = parse_record(datum.string(), arena);
  return record != nullptr ? Converted(Datum::of_record(record)) : std::nullopt;
}

constexpr std::uint64_t elements_max = 1 << 20;  // of an array out of a range, in the engine

// The numbers of a range whose ends are whole.
Converted range_to_array(const Datum& datum, Evaluation& evaluation) {
  const DatumRange& range = datum.range();
  const auto end = [](bool has, const Datum& value) { return has && value.is_number() ? to_int(value) : std::nullopt; };
  const auto first = end(range.has_from, range.from);
  const auto last = end(range.has_to, range.to);
  if ((range.has_from && !first) || (range.has_to && !last)) return std::nullopt;
  __extension__ using Signed = __int128;
  const Signed from = Signed{first ? first->integer() : INT64_MIN} + (range.from_excluded ? 1 : 0);
  const Signed behind = Signed{last ? last->integer() : INT64_MAX} + (!range.has_to || range.to_included ? 1 : 0);
  const Signed count = std::max<Signed>(behind - from, 0);
  if (count > static_cast<Signed>(elements_max)) {
    evaluation.fail(fmt::format(
        "Casting range `{}` to an array would create an array larger then the max allocation limit.", raw_text(datum)));
    return Datum::none();
  }
  Datum* const elements = evaluation.arena.allocate<Datum>(static_cast<std::size_t>(count));
  for (Signed i = 0; i < count; ++i) elements[i] = Datum::of_integer(static_cast<std::int64_t>(from + i));
  return Datum::of_array({elements, static_cast<std::size_t>(count)});
}

Converted to_array(const Datum& datum, Evaluation& evaluation) {
  if (datum.is(Type::array)) return datum;
  if (datum.is(Type::range)) return range_to_array(datum, evaluation);
  if (!datum.is(Type::bytes)) return std::nullopt;
  const std::string_view bytes = datum.string();
  Datum* const elements = evaluation.arena.allocate<Datum>(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) elements[i] = Datum::of_integer(static_cast<std::uint8_t>(bytes[i]));
  return Datum::of_array({elements, bytes.size()});
}

Converted convert(const Datum& datum, CastKind kind, Evaluation& evaluation) {
  Arena& arena = evaluation.arena;
  switch (kind) {
    case CastKind::any: return datum;
    case CastKind::boolean: return to_boolean(datum);
    case CastKind::integer: return to_int(datum);
    case CastKind::real: return to_real(datum);
    case CastKind::decimal: return to_decimal(datum, arena);
    case CastKind::number: return to_number(datum);
    case CastKind::string: return to_text(datum, arena);
    case CastKind::duration: return to_duration(datum);
    case CastKind::datetime: return to_datetime(datum);
    case CastKind::uuid: return to_uuid(datum, arena);
    case CastKind::bytes: return to_bytes(datum, arena);
    case CastKind::object: return datum.is(Type::object) ? Converted(datum) : std::nullopt;
    case CastKind::record: return to_record(datum, arena);
    case CastKind::range: return to_range(datum, arena);
    case CastKind::regex: return to_regex(datum);
    case CastKind::array:
    case CastKind::set: return to_array(datum, evaluation);
  }
  return std::nullopt;
}

Datum cannot_cast(const Datum& datum, CastKind kind, std::string_view behind, Evaluation& evaluation) {
  std::string text;
  append_sql(text, datum);
  return evaluation.fail(fmt::format("Could not cast into `{}` using input `{}`{}", to_string(kind), text, behind));
}

// Sorted, each value once: what a set is. The array is a copy of its own.
std::span<Datum> distinct(std::span<Datum> elements) {
  std::stable_sort(elements.begin(), elements.end(), [](const Datum& a, const Datum& b) { return compare(a, b) < 0; });
  const auto end =
      std::unique(elements.begin(), elements.end(), [](const Datum& a, const Datum& b) { return compare(a, b) == 0; });
  return elements.first(static_cast<std::size_t>(end - elements.begin()));
}

// To array<element, size> or set<element, size>. A set is checked for its size at last, an array at first.
Datum cast_elements(const Datum& array, const Cast& to, Evaluation& evaluation) {
  const bool is_set = to.kind == CastKind::set;
  const auto wrong_size = [&](std::size_t size) {
    return evaluation.fail(fmt::format("Expected `{}<{},{}>` but found a collection of length `{}`", to_string(to.kind),
                                       to_string(to.element), to.size_max, size));
  };
  const auto has_wrong_size = [&](std::size_t size) {
    return to.size_max >= 0 && size != static_cast<std::uint64_t>(to.size_max);
  };
  const auto from = array.elements();
  if (!is_set && has_wrong_size(from.size())) return wrong_size(from.size());
  if (!is_set && to.element == CastKind::any) return array;
  Datum* const elements = evaluation.arena.allocate<Datum>(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto converted = convert(from[i], to.element, evaluation);
    if (evaluation.failed()) return {};
    if (!converted) {
      const std::string behind =
          fmt::format(" when coercing an element of `{}<{}>`", to_string(to.kind), to_string(to.element));
      return cannot_cast(from[i], to.element, behind, evaluation);
    }
    elements[i] = *converted;
  }
  if (!is_set) return Datum::of_array({elements, from.size()});
  const auto kept = distinct({elements, from.size()});
  if (has_wrong_size(kept.size())) return wrong_size(kept.size());
  return Datum::of_array(kept);
}

}  // namespace

Datum cast(const Datum& datum, const Cast& to, Evaluation& evaluation) {
  const bool looks_inside =
      to.kind == CastKind::array || to.kind == CastKind::set || to.kind == CastKind::bytes || to.kind == CastKind::range;
  const Datum from = looks_inside ? open(datum, evaluation) : datum;
  const auto converted = convert(from, to.kind, evaluation);
  if (!converted) return cannot_cast(from, to.kind == CastKind::set ? CastKind::array : to.kind, {}, evaluation);
  if (to.kind != CastKind::array && to.kind != CastKind::set) return *converted;
  return converted->is(Type::array) ? cast_elements(*converted, to, evaluation) : Datum::none();
}

std::string_view to_string(CastKind kind) {
  switch (kind) {
    case CastKind::any: return "any";
    case CastKind::boolean: return "bool";
    case CastKind::integer: return "int";
    case CastKind::real: return "float";
    case CastKind::decimal: return "decimal";
    case CastKind::number: return "number";
    case CastKind::string: return "string";
    case CastKind::duration: return "duration";
    case CastKind::datetime: return "datetime";
    case CastKind::uuid: return "uuid";
    case CastKind::bytes: return "bytes";
    case CastKind::array: return "array";
    case CastKind::object: return "object";
    case CastKind::record: return "record";
    case CastKind::range: return "range";
    case CastKind::regex: return "regex";
    case CastKind::set: return "set";
  }
  return {};
}

}  // namespace millrace::surrealql

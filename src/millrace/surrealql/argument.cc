// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/argument.h"

#include <fmt/format.h>

#include <cmath>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/number.h"
#include "millrace/surrealql/raw_text.h"

namespace millrace::surrealql {

Datum wrong_arguments(Evaluation& evaluation, std::string_view function, std::string_view why) {
  if (evaluation.failed()) return {};
  return evaluation.fail(fmt::format("Incorrect arguments for function {}(). {}", function, why));
}

Datum wrong_count(Evaluation& evaluation, std::string_view function, std::size_t min, std::size_t max) {
  std::string why;
  if (max == any_count) {
    why = min == 0 ? "Expected zero or more arguments" : fmt::format("Expected {} or more arguments", min);
  } else if (min != max) {
    why = fmt::format("Expected {} to {} arguments", min, max);
  } else if (max == 0) {
    why = "Expected no arguments";
  } else {
    why = max == 1 ? "Expected 1 argument" : fmt::format("Expected {} arguments", max);
  }
  return wrong_arguments(evaluation, function, why);
}

bool wrong_type(Evaluation& evaluation, std::string_view function, std::size_t index, std::string_view kind,
                const Datum& found, std::string_view element_of) {
  if (evaluation.failed()) return false;  // as when `found` could not be opened
  std::string text;
  append_sql(text, found);
  std::string why = fmt::format("Argument {} was the wrong type. Expected `{}` but found `{}`", index + 1, kind, text);
  if (!element_of.empty()) why += fmt::format(" when coercing an element of `{}`", element_of);
  wrong_arguments(evaluation, function, why);
  return false;
}

Datum too_much(Evaluation& evaluation, std::string_view function) {
  return wrong_arguments(evaluation, function, fmt::format("Output must not exceed {} bytes.", generated_bytes_max));
}

std::string plain_number(const Datum& number) {
  if (number.is(Type::real) && std::isinf(number.real())) return number.real() < 0 ? "-inf" : "inf";
  return number_text(number);
}

Datum overflow(Evaluation& evaluation, std::string_view what) {
  return evaluation.fail(
      fmt::format("Failed to compute: \"{}\", as the operation results in an arithmetic overflow.", what));
}

std::optional<std::int64_t> coerce_integer(const Datum& datum) {
  if (datum.is(Type::integer)) return datum.integer();
  if (datum.is(Type::decimal)) return is_whole(datum.decimal()) ? to_integer(datum.decimal()) : std::nullopt;
  if (!datum.is(Type::real) || datum.real() != std::trunc(datum.real()) || std::isinf(datum.real())) return std::nullopt;
  // As Rust's `as`: what is outside becomes the nearest.
  if (datum.real() >= 0x1p63) return INT64_MAX;
  if (datum.real() < -0x1p63) return INT64_MIN;
  return static_cast<std::int64_t>(datum.real());
}

namespace {

bool refuse(const ArgumentPlace& place, std::string_view kind, const Datum& found) {
  return wrong_type(place.evaluation, place.function, place.index, kind, found);
}

// An array whose elements are all for `is_wanted`.
template <typename Predicate>
bool read_elements(const ArgumentPlace& place, const Datum& datum, std::string_view kind, std::string_view element,
                   DatumSpan& out, Predicate is_wanted) {
  if (!datum.is(Type::array)) return refuse(place, kind, datum);
  out = open(datum, place.evaluation).elements();
  for (const Datum& each : out) {
    if (!is_wanted(each)) return wrong_type(place.evaluation, place.function, place.index, element, each, kind);
  }
  return true;
}

}  // namespace

bool read_argument(const ArgumentPlace& place, const Datum& datum, Datum& out) {
  out = open(datum, place.evaluation);
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, std::int64_t& out) {
  const auto integer = coerce_integer(datum);
  if (!integer) return refuse(place, "int", datum);
  out = *integer;
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, bool& out) {
  if (!datum.is(Type::boolean)) return refuse(place, "bool", datum);
  out = datum.boolean();
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, ArrayArgument& out) {
  if (!datum.is(Type::array)) return refuse(place, "array", datum);
  out.elements = open(datum, place.evaluation).elements();
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, ObjectArgument& out) {
  if (!datum.is(Type::object)) return refuse(place, "object", datum);
  out.members = open(datum, place.evaluation).members();
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, NumberArgument& out) {
  if (!datum.is_number()) return refuse(place, "number", datum);
  out.value = datum;
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, NumbersArgument& out) {
  return read_elements(place, datum, "array<number>", "number", out.elements,
                       [](const Datum& each) { return each.is_number(); });
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, DatetimeArgument& out) {
  if (!datum.is(Type::datetime)) return refuse(place, "datetime", datum);
  out = {datum.datetime_seconds(), datum.nanoseconds()};
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, DatetimesArgument& out) {
  return read_elements(place, datum, "array<datetime>", "datetime", out.elements,
                       [](const Datum& each) { return each.is(Type::datetime); });
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, DurationArgument& out) {
  if (!datum.is(Type::duration)) return refuse(place, "duration", datum);
  out = {datum.duration_seconds(), datum.nanoseconds()};
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, BytesArgument& out) {
  if (!datum.is(Type::bytes)) return refuse(place, "bytes", datum);
  out.data = datum.string();
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, UuidArgument& out) {
  if (!datum.is(Type::uuid)) return refuse(place, "uuid", datum);
  out.bytes = datum.uuid();
  return true;
}

bool read_argument(const ArgumentPlace& place, const Datum& datum, RecordArgument& out) {
  if (!datum.is(Type::record)) return refuse(place, "record", datum);
  out.record = &datum.record();
  return true;
}

bool ParameterTraits<Rest<ArrayArgument>>::read(const ArgumentPlace& place, DatumSpan arguments, Rest<ArrayArgument>& out) {
  ArrayBuilder arrays(place.evaluation, arguments.size());
  for (std::size_t index = place.index; index < arguments.size(); ++index) {
    if (!arguments[index].is(Type::array))
      return wrong_type(place.evaluation, place.function, index, "array", arguments[index]);
    arrays.push(open(arguments[index], place.evaluation));
  }
  out.values = arrays.span();
  return true;
}

std::string_view sql_text(const Datum& datum, Evaluation& evaluation) {
  std::string text;
  append_sql(text, datum);
  return evaluation.arena.copy(text);
}

std::string_view value_text(const Datum& datum, Evaluation& evaluation) {
  if (datum.is(Type::string)) return datum.string();
  return evaluation.arena.copy(raw_text(open(datum, evaluation)));
}

std::string_view kind_name(Type type) {
  switch (type) {
    case Type::none: return "none";
    case Type::null: return "null";
    case Type::boolean: return "bool";
    case Type::integer: return "int";
    case Type::real: return "float";
    case Type::decimal: return "decimal";
    case Type::string: return "string";
    case Type::duration: return "duration";
    case Type::datetime: return "datetime";
    case Type::uuid: return "uuid";
    case Type::array: return "array";
    case Type::object: return "object";
    case Type::bytes: return "bytes";
    case Type::record: return "record";
    case Type::range: return "range";
    case Type::regex: return "regex";
  }
  return {};
}

}  // namespace millrace::surrealql

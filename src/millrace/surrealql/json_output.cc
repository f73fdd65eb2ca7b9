// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>

#include "millrace/record/json.h"
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

// As record/json.cc has it: the shortest form, and a point or an exponent, so that a float stays one when it is read again.
void append_json_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  const std::string_view digits(text.data(), end);
  out.append(digits);
  if (digits.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_array(std::string& out, const Datum& array) {
  out += '[';
  bool first = true;
  for (const Datum& element : array.elements()) {
    if (!first) out += ',';
    first = false;
    check_written(out);
    append_json(out, element);
  }
  out += ']';
}

void append_object(std::string& out, const Datum& object) {
  out += '{';
  bool first = true;
  for (const DatumMember& member : object.members()) {
    if (member.value.is(Type::none)) continue;
    if (!first) out += ',';
    first = false;
    check_written(out);
    append_json_string(out, member.key);
    out += ':';
    append_json(out, member.value);
  }
  out += '}';
}

// What has no quotes in it.
void append_plain_string(std::string& out, const Datum& datum) {
  out += '"';
  switch (datum.type()) {
    case Type::decimal: append_decimal(out, datum.decimal()); break;
    case Type::duration: append_duration(out, datum.duration_seconds(), datum.nanoseconds()); break;
    case Type::datetime: append_datetime(out, datum.datetime_seconds(), datum.nanoseconds()); break;
    case Type::uuid: append_uuid(out, datum.uuid()); break;
    default: break;
  }
  out += '"';
}

}  // namespace

void append_json(std::string& out, const Datum& datum) {
  switch (datum.type()) {
    case Type::none:
    case Type::null: out += "null"; return;
    case Type::boolean: out += datum.boolean() ? "true" : "false"; return;
    case Type::integer: append_integer(out, datum.integer()); return;
    case Type::real: append_json_real(out, datum.real()); return;
    case Type::string: append_json_string(out, datum.string()); return;
    case Type::decimal:
    case Type::duration:
    case Type::datetime:
    case Type::uuid: append_plain_string(out, datum); return;
    case Type::bytes: append_json_string(out, encode_base64(datum.string())); return;
    case Type::array:
      if (datum.is_text()) break;
      append_array(out, datum);
      return;
    case Type::object:
      if (datum.is_text()) break;
      append_object(out, datum);
      return;
    case Type::record:
    case Type::regex:
    case Type::range: {
      std::string text;
      append_sql(text, datum);
      append_json_string(out, text);
      return;
    }
  }
  append_one_line(out, datum.string());  // JSON as it was read
}

}  // namespace millrace::surrealql

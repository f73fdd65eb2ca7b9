// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "millrace/surrealql/characters.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/mail_address.h"
#include "millrace/surrealql/semantic_version.h"
#include "millrace/surrealql/text_forms.h"
#include "millrace/surrealql/time_format.h"
#include "millrace/surrealql/url.h"

namespace millrace::surrealql {
namespace {

template <typename Predicate>
Datum is_all(Text text, Predicate is_wanted) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_wanted(next_character(text, at))) return Datum::of_boolean(false);
  }
  return Datum::of_boolean(!text.empty());
}

// A sign, digits, and perhaps a point and digits, whose absolute value is at most `degrees_max`. Digits are those of any
// script, and a number has no leading zero, as the engine's regular expressions have it.
bool is_degrees(Text text, int degrees_max) {
  std::size_t at = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const auto digit = [&]() {
    if (at >= text.size()) return -1;
    std::size_t behind = at;
    const char32_t point = next_character(text, behind);
    const int value = decimal_digit(point);
    if (value >= 0) at = behind;
    return value;
  };
  int whole = 0;
  std::size_t whole_digits = 0;
  bool is_first_plain_zero = false;
  for (int value = digit(); value >= 0; value = digit()) {
    if (whole_digits == 0) is_first_plain_zero = value == 0;
    whole = whole * 10 + value;
    if (++whole_digits > 3) return false;
  }
  if (whole_digits == 0 || whole > degrees_max || (is_first_plain_zero && whole_digits > 1)) return false;
  if (at == text.size()) return true;
  if (text[at++] != '.') return false;
  std::size_t fraction_digits = 0;
  bool is_fraction_zero = true;
  for (int value = digit(); value >= 0; value = digit()) {
    ++fraction_digits;
    is_fraction_zero &= value == 0;
  }
  return fraction_digits > 0 && at == text.size() && (whole < degrees_max || is_fraction_zero);
}

}  // namespace

Datum string_is_alphanum(Evaluation&, Text text) {
  return is_all(text, [](char32_t point) { return is_alphabetic(point) || is_numeric(point); });
}
Datum string_is_alpha(Evaluation&, Text text) { return is_all(text, is_alphabetic); }
Datum string_is_numeric(Evaluation&, Text text) { return is_all(text, is_numeric); }
Datum string_is_ascii(Evaluation&, Text text) {
  return is_all(text, [](char32_t point) { return point < 0x80; });
}
Datum string_is_hexadecimal(Evaluation&, Text text) {
  return is_all(text, [](char32_t point) {
    return (point >= '0' && point <= '9') || ((point | 0x20) >= 'a' && (point | 0x20) <= 'f');
  });
}

Datum string_is_datetime(Evaluation&, Text text, OptionalText format) {
  return Datum::of_boolean(format ? matches_time_format(text, *format) : parse_datetime(text).has_value());
}

Datum string_is_domain(Evaluation&, Text text) { return Datum::of_boolean(is_domain_name(text)); }
Datum string_is_email(Evaluation&, Text text) { return Datum::of_boolean(parse_mail_address(text).has_value()); }
Datum string_is_ip(Evaluation&, Text text) { return Datum::of_boolean(parse_ipv4(text) || parse_ipv6(text)); }
Datum string_is_ipv4(Evaluation&, Text text) { return Datum::of_boolean(parse_ipv4(text).has_value()); }
Datum string_is_ipv6(Evaluation&, Text text) { return Datum::of_boolean(parse_ipv6(text).has_value()); }
Datum string_is_latitude(Evaluation&, Text text) { return Datum::of_boolean(is_degrees(text, 90)); }
Datum string_is_longitude(Evaluation&, Text text) { return Datum::of_boolean(is_degrees(text, 180)); }
Datum string_is_semver(Evaluation&, Text text) { return Datum::of_boolean(parse_semantic_version(text).has_value()); }
Datum string_is_ulid(Evaluation&, Text text) { return Datum::of_boolean(parse_ulid_milliseconds(text).has_value()); }
Datum string_is_url(Evaluation&, Text text) { return Datum::of_boolean(parse_url(text).has_value()); }

Datum string_is_uuid(Evaluation&, Text text) {
  std::uint8_t bytes[16];
  return Datum::of_boolean(parse_uuid_text(text, bytes));
}

Datum string_is_record(Evaluation& evaluation, Text text, OptionalDatum table) {
  if (evaluation.failed()) return {};
  const Datum record = cast(Datum::of_string(text), {.kind = CastKind::record}, evaluation);
  const bool is_record = !evaluation.failed();
  evaluation.failure.clear();
  if (!is_record || !table) return Datum::of_boolean(is_record);
  if (!table->is(Type::string)) {
    return wrong_arguments(evaluation, "string::is_record()",
                           "Expected an optional string or table type for the second argument");
  }
  return Datum::of_boolean(record.record().table == table->string());
}

}  // namespace millrace::surrealql

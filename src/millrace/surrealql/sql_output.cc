// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/limits.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/raw_text.h"
#include "millrace/surrealql/regex.h"
#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view word = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_not_of(word) == std::string_view::npos && text != "NaN" && text != "Infinity";
}

void append_in_quotes(std::string& out, std::string_view text, char quote) {
  out += quote;
  append_escaped(out, text, quote);
  out += quote;
}

void append_key(std::string& out, std::string_view key) {
  if (is_word(key) && !digits.contains(key.front())) {
    out += key;
  } else {
    append_in_quotes(out, key, '"');
  }
}

// A table's name, or a text that is a key: bare unless it could be read as something else.
void append_record_part(std::string& out, std::string_view text) {
  if (is_word(text) && text.find_first_not_of("0123456789_") != std::string_view::npos) {
    out += text;
  } else {
    append_in_quotes(out, text, '`');
  }
}

void append_record(std::string& out, const DatumRecord& record) {
  append_record_part(out, record.table);
  out += ':';
  if (record.key.is(Type::string)) {
    append_record_part(out, record.key.string());
  } else {
    append_sql(out, record.key);
  }
}

void append_bytes(std::string& out, std::string_view bytes) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  out += "b\"";
  for (const char c : bytes) {
    out += hex[static_cast<unsigned char>(c) >> 4];
    out += hex[static_cast<unsigned char>(c) & 15];
  }
  out += '"';
}

void append_range(std::string& out, const DatumRange& range) {
  if (range.has_from) append_sql(out, range.from);
  if (range.has_from && range.from_excluded) out += '>';
  out += "..";
  if (range.has_to && range.to_included) out += '=';
  if (range.has_to) append_sql(out, range.to);
}

void append_array(std::string& out, std::span<const Datum> elements) {
  out += '[';
  for (const Datum& element : elements) {
    if (&element != elements.data()) out += ", ";
    check_written(out);
    append_sql(out, element);
  }
  out += ']';
}

void append_object(std::string& out, std::span<const DatumMember> members) {
  out += "{ ";
  for (const DatumMember& member : members) {
    if (&member != members.data()) out += ", ";
    check_written(out);
    append_key(out, member.key);
    out += ": ";
    append_sql(out, member.value);
  }
  out += " }";
}

void append_regex(std::string& out, std::string_view pattern) {
  out += '/';
  for (const char c : pattern) {
    if (c == '/') out += '\\';
    out += c;
  }
  out += '/';
}

// d'…' and u'…'
template <typename Append>
void append_with_prefix(std::string& out, char prefix, Append append) {
  out += prefix;
  out += '\'';
  append();
  out += '\'';
}

}  // namespace

void append_sql(std::string& out, const Datum& datum) {
  switch (datum.type()) {
    case Type::none: out += "NONE"; return;
    case Type::null: out += "NULL"; return;
    case Type::boolean: out += datum.boolean() ? "true" : "false"; return;
    case Type::integer: append_integer(out, datum.integer()); return;
    case Type::real:
      append_real(out, datum.real());
      if (digits.contains(out.back())) out += 'f';
      return;
    case Type::decimal:
      append_decimal(out, datum.decimal());
      out += "dec";
      return;
    case Type::string: append_quoted(out, datum.string()); return;
    case Type::duration: append_duration(out, datum.duration_seconds(), datum.nanoseconds()); return;
    case Type::datetime:
      append_with_prefix(out, 'd', [&] { append_datetime(out, datum.datetime_seconds(), datum.nanoseconds()); });
      return;
    case Type::uuid: append_with_prefix(out, 'u', [&] { append_uuid(out, datum.uuid()); }); return;
    case Type::bytes: append_bytes(out, datum.string()); return;
    case Type::record: append_record(out, datum.record()); return;
    case Type::regex: append_regex(out, datum.regex().pattern()); return;
    case Type::range: append_range(out, datum.range()); return;
    case Type::array:
    case Type::object: break;
  }
  Evaluation scratch;  // for what is text still
  const Datum opened = datum.is_text() ? open(datum, scratch) : datum;
  if (datum.is(Type::array)) {
    append_array(out, opened.elements());
  } else {
    append_object(out, opened.members());
  }
}

std::string number_text(const Datum& number) {
  std::string text;
  if (number.is(Type::integer)) {
    append_integer(text, number.integer());
  } else if (number.is(Type::decimal)) {
    append_decimal(text, number.decimal());
  } else {
    append_real(text, number.real());
    if (text.ends_with("Infinity")) text.resize(text.size() - 5);  // "Inf", in small letters:
    if (text.ends_with("Inf")) text[text.size() - 3] = 'i';
  }
  return text;
}

std::string raw_text(const Datum& datum) {
  std::string text;
  switch (datum.type()) {
    case Type::string: text = datum.string(); break;
    case Type::datetime: append_datetime(text, datum.datetime_seconds(), datum.nanoseconds()); break;
    case Type::uuid: append_uuid(text, datum.uuid()); break;
    default: append_sql(text, datum);
  }
  return text;
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "typed_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "millrace/record/json.h"

namespace millrace::testing {
namespace {

using surrealql::Datum;
using surrealql::DatumMember;
using surrealql::Evaluation;
using surrealql::Type;

// ECMA-262, Number::toString.
std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (value == 0) return std::signbit(value) ? "-0f" : "0f";
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view written(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t e = written.find('e');
  std::string digits(written.substr(0, e));
  std::erase(digits, '.');
  int exponent = 0;
  std::from_chars(written.data() + e + (written[e + 1] == '+' ? 2 : 1), end, exponent);
  const int point = exponent + 1;  // digits before the point
  const int count = static_cast<int>(digits.size());
  std::string out = value < 0 ? "-" : "";
  if (point >= count && point <= 21) {
    out += digits + std::string(static_cast<std::size_t>(point - count), '0');
  } else if (point > 0 && point <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
  } else if (point > -6 && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    out += digits.substr(0, 1) + (count > 1 ? "." + digits.substr(1) : "") + fmt::format("e{}{}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  return out + "f";
}

std::string decimal_text(const surrealql::Decimal96& decimal) {
  surrealql::Wide value = (surrealql::Wide{decimal.high} << 64) | decimal.low;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  if (digits.size() <= decimal.scale) digits.insert(0, decimal.scale + 1u - digits.size(), '0');
  if (decimal.scale != 0) {
    digits.insert(digits.size() - decimal.scale, ".");
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  return (decimal.negative && digits != "0" ? "-" : "") + digits + "dec";
}

// Howard Hinnant, chrono-compatible low-level date algorithms: civil_from_days. The standard's calendar ends with year 32767.
std::string datetime_text(std::int64_t seconds, std::uint32_t nanoseconds) {
  const std::int64_t day = seconds >= 0 ? seconds / 86400 : -((86399 - seconds) / 86400);
  const std::int64_t second = seconds - day * 86400;
  const std::int64_t shifted = day + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t of_era = shifted - era * 146097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  const std::int64_t year = year_of_era + era * 400 + (month >= 10 ? 1 : 0);
  std::string out = year >= 0 && year <= 9999 ? fmt::format("d\"{:04}", year) : fmt::format("d\"{}{:06}", year < 0 ? '-' : '+', std::abs(year));
  out += fmt::format("-{:02}-{:02}T{:02}:{:02}:{:02}", month < 10 ? month + 3 : month - 9, of_year - (153 * month + 2) / 5 + 1, second / 3600, second / 60 % 60,
                     second % 60);
  if (nanoseconds != 0) {
    out += fmt::format(".{:09}", nanoseconds);
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + "Z\"";
}

std::string duration_text(std::uint64_t seconds, std::uint64_t nanoseconds) {
  struct Unit {
    std::string_view name;
    std::uint64_t size;
  };
  constexpr std::array<Unit, 6> larger{{{"y", 31536000}, {"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}}};
  constexpr std::array<Unit, 3> smaller{{{"ms", 1000000}, {"us", 1000}, {"ns", 1}}};
  std::string out;
  const auto put = [&](std::uint64_t& left, const Unit& unit) {
    if (left >= unit.size) out += fmt::format("{}{}", left / unit.size, unit.name);
    left %= unit.size;
  };
  for (const Unit& unit : larger) put(seconds, unit);
  for (const Unit& unit : smaller) put(nanoseconds, unit);
  return out.empty() ? "0ns" : out;
}

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

std::string uuid_text(const std::uint8_t* bytes) {
  std::string out = hex(bytes, 16);
  for (const std::size_t at : {20, 16, 12, 8}) out.insert(at, "-");
  return "u\"" + out + "\"";
}

void append_key(std::string& out, std::string_view key) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  const bool is_plain = !key.empty() && key.find_first_not_of(letters) == std::string_view::npos && !(key.front() >= '0' && key.front() <= '9');
  if (is_plain) {
    out += key;
  } else {
    append_json_string(out, key);
  }
}

void append_object(std::string& out, const Datum& object, Evaluation& evaluation) {
  std::vector<DatumMember> members(object.members().begin(), object.members().end());
  std::ranges::sort(members, {}, &DatumMember::key);
  out += '{';
  for (const DatumMember& member : members) {
    if (out.back() != '{' || &member != &members.front()) out += ", ";
    append_key(out, member.key);
    out += ": ";
    append_typed(out, member.value, evaluation);
  }
  out += '}';
}

void append_regex(std::string& out, const Datum& regex) {
  std::string pattern;
  surrealql::append_sql(pattern, regex);
  out += "regex(";
  append_json_string(out, pattern);
  out += ')';
}

void append_range(std::string& out, const surrealql::DatumRange& range, Evaluation& evaluation) {
  out += "range(";
  if (range.has_from) append_typed(out, range.from, evaluation);
  if (range.has_from && range.from_excluded) out += '>';
  out += "..";
  if (range.has_to && range.to_included) out += '=';
  if (range.has_to) append_typed(out, range.to, evaluation);
  out += ')';
}

}  // namespace

void append_typed(std::string& out, const Datum& given, Evaluation& evaluation) {
  const Datum datum = given.is_text() ? open(given, evaluation) : given;
  switch (datum.type()) {
    case Type::none: out += "NONE"; return;
    case Type::null: out += "NULL"; return;
    case Type::boolean: out += datum.boolean() ? "true" : "false"; return;
    case Type::integer: out += std::to_string(datum.integer()); return;
    case Type::real: out += real_text(datum.real()); return;
    case Type::decimal: out += decimal_text(datum.decimal()); return;
    case Type::string: append_json_string(out, datum.string()); return;
    case Type::duration: out += duration_text(datum.duration_seconds(), datum.nanoseconds()); return;
    case Type::datetime: out += datetime_text(datum.datetime_seconds(), datum.nanoseconds()); return;
    case Type::uuid: out += uuid_text(datum.uuid()); return;
    case Type::bytes: out += "b\"" + hex(reinterpret_cast<const unsigned char*>(datum.string().data()), datum.string().size()) + "\""; return;
    case Type::object: append_object(out, datum, evaluation); return;
    case Type::range: append_range(out, datum.range(), evaluation); return;
    case Type::regex: append_regex(out, datum); return;
    case Type::record:
      out += "r(";
      append_key(out, datum.record().table);
      out += ':';
      append_typed(out, datum.record().key, evaluation);
      out += ')';
      return;
    case Type::array:
      out += '[';
      for (const Datum& element : datum.elements()) {
        if (&element != datum.elements().data()) out += ", ";
        append_typed(out, element, evaluation);
      }
      out += ']';
      return;
  }
}

}  // namespace millrace::testing

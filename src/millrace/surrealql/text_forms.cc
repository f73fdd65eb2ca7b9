// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/text_forms.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <iterator>

namespace millrace::surrealql {
namespace {

template <typename... Arguments>
void append_format(std::string& out, fmt::format_string<Arguments...> form, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(out), form, std::forward<Arguments>(arguments)...);
}

// Whether the value lies just between these digits, 15 or more, and the next: then the engine prints the next, and to_chars
// the even ones.
bool is_between(double value, std::string_view digits) {
  constexpr std::string_view half = "500000000";
  std::array<char, 64> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific,
                                          static_cast<int>(digits.size() + half.size()) - 1);
  const std::string_view form(text.data(), end);  // -d.ddd
  const std::size_t mark = form.find('e');
  return form.substr(mark - half.size(), half.size()) == half &&
         form.substr(0, mark - half.size()).ends_with(digits.substr(1));
}

}  // namespace

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end);
}

void append_real(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
    return;
  }
  // d.ddde±xx, whose digits are the fewest; then the point is put where the exponent says.
  std::array<char, 40> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  std::string_view form(text.data(), end);
  if (form.starts_with('-')) {
    out += '-';
    form.remove_prefix(1);
  }
  const std::size_t mark = form.find('e');
  int exponent = 0;
  const char* const sign = form.data() + mark + 1;
  std::from_chars(*sign == '+' ? sign + 1 : sign, form.data() + form.size(), exponent);
  std::string digits(1, form[0]);
  if (mark > 2) digits.append(form.substr(2, mark - 2));
  if (digits.size() >= 15 && (digits.back() - '0') % 2 == 0 && is_between(value, digits)) ++digits.back();
  const auto count = static_cast<int>(digits.size());
  if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
  } else if (exponent >= count - 1) {
    out.append(digits).append(static_cast<std::size_t>(exponent - count + 1), '0');
  } else {
    const auto whole = static_cast<std::size_t>(exponent + 1);
    out.append(digits, 0, whole).append(1, '.').append(digits, whole);
  }
}

void append_datetime(std::string& out, std::int64_t seconds, std::uint32_t nanoseconds) {
  constexpr std::int64_t day = 86'400;
  std::int64_t days = seconds / day;
  std::int64_t rest = seconds % day;
  if (rest < 0) {
    rest += day;
    --days;
  }
  // Civil from days (Howard Hinnant, chrono-compatible low-level date algorithms): std::chrono's years end at 32767.
  const std::int64_t z = days + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const auto day_of_era = static_cast<std::uint32_t>(z - era * 146'097);
  const std::uint32_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::uint32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
  const std::uint32_t day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  if (year >= 0 && year <= 9'999) {
    append_format(out, "{:04}", year);
  } else {
    append_format(out, "{:+05}", year);
  }
  append_format(out, "-{:02}-{:02}T{:02}:{:02}:{:02}", month, day_of_month, rest / 3'600, rest / 60 % 60, rest % 60);
  if (nanoseconds != 0) {
    if (nanoseconds % 1'000'000 == 0) {
      append_format(out, ".{:03}", nanoseconds / 1'000'000);
    } else if (nanoseconds % 1'000 == 0) {
      append_format(out, ".{:06}", nanoseconds / 1'000);
    } else {
      append_format(out, ".{:09}", nanoseconds);
    }
  }
  out += 'Z';
}

void append_duration(std::string& out, std::uint64_t seconds, std::uint32_t nanoseconds) {
  struct Unit {
    std::string_view name;
    std::uint64_t size;
  };
  static constexpr Unit long_units[] = {{"y", 31'536'000}, {"w", 604'800}, {"d", 86'400},
                                        {"h", 3'600},      {"m", 60},      {"s", 1}};
  static constexpr Unit short_units[] = {{"ms", 1'000'000}, {"µs", 1'000}, {"ns", 1}};
  if (seconds == 0 && nanoseconds == 0) {
    out += "0ns";
    return;
  }
  const auto put = [&out](std::uint64_t rest, const auto& units) {
    for (const Unit& unit : units) {
      if (rest >= unit.size) append_format(out, "{}{}", rest / unit.size, unit.name);
      rest %= unit.size;
    }
  };
  put(seconds, long_units);
  put(nanoseconds, short_units);
}

void append_uuid(std::string& out, const std::uint8_t* bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
}

void append_escaped(std::string& out, std::string_view text, char quote) {
  for (const char c : text) {
    switch (c) {
      case '\0': out += "\\0"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\b': out += "\\u{8}"; break;
      case '\f': out += "\\f"; break;
      case '\\': out += "\\\\"; break;
      default:
        if (c == quote) out += '\\';
        out += c;
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  const char quote = text.find('\'') == std::string_view::npos ? '\'' : '"';
  out += quote;
  append_escaped(out, text, quote);
  out += quote;
}

}  // namespace millrace::surrealql

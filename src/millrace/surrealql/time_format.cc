// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/time_format.h"

#include <fmt/format.h>

#include <iterator>

#include "millrace/surrealql/civil_time.h"

namespace millrace::surrealql {
namespace {

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

enum class Padding : std::uint8_t { none, space, zero };

struct Parts {
  CivilTime time;
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  std::int64_t days = 0;
};

// Two digits; of a number that has more, what the engine's library makes of its first.
void append_two(std::string& out, std::int64_t value, Padding padding) {
  const auto number = static_cast<std::uint8_t>(value);
  if (number >= 10 || padding == Padding::zero) {
    out.push_back(static_cast<char>('0' + number / 10));
  } else if (padding == Padding::space) {
    out.push_back(' ');
  }
  out.push_back(static_cast<char>('0' + number % 10));
}

void append_wide(std::string& out, std::int64_t value, std::size_t width, Padding padding, bool has_sign = false) {
  std::string digits = has_sign ? fmt::format("{:+}", value) : fmt::format("{}", value);
  width += has_sign ? 1 : 0;
  const std::size_t missing = digits.size() < width ? width - digits.size() : 0;
  const bool is_signed = !digits.empty() && (digits[0] == '-' || digits[0] == '+');
  if (padding == Padding::space) digits.insert(0, missing, ' ');
  if (padding == Padding::zero) digits.insert(is_signed ? 1 : 0, missing, '0');
  out += digits;
}

void append_year(std::string& out, std::int64_t year, Padding padding) {
  append_wide(out, year, 4, padding, year < 0 || year > 9999);
}

// The weeks that have begun since the year did, the first one with `first_day` (0: Sunday, 1: Monday).
std::int64_t week_of_year(const Parts& parts, unsigned first_day) {
  const unsigned since = (iso_weekday(parts.days) + 7 - first_day) % 7;
  return (static_cast<std::int64_t>(day_of_year(parts.time)) + 6 - since) / 7;
}

void append_number(std::string& out, const Parts& parts, const TimeItem& item) {
  const CivilTime& time = parts.time;
  const bool is_spaced = item.letter == 'e' || item.letter == 'k' || item.letter == 'l';
  const bool is_plain = std::string_view("qwus").contains(item.letter);
  Padding padding = is_spaced ? Padding::space : is_plain ? Padding::none : Padding::zero;
  if (item.padding != 0)
    padding = item.padding == '-' ? Padding::none : item.padding == '_' ? Padding::space : Padding::zero;
  switch (item.letter) {
    case 'Y': return append_year(out, time.year, padding);
    case 'G': return append_year(out, iso_week(parts.days).year, padding);
    case 'C': return append_two(out, floor_divide(time.year, 100), padding);
    case 'y': return append_two(out, floor_modulo(time.year, 100), padding);
    case 'g': return append_two(out, floor_modulo(iso_week(parts.days).year, 100), padding);
    case 'q': return append_wide(out, (time.month - 1) / 3 + 1, 1, padding);
    case 'm': return append_two(out, time.month, padding);
    case 'd':
    case 'e': return append_two(out, time.day, padding);
    case 'j': return append_wide(out, day_of_year(time), 3, padding);
    case 'w': return append_wide(out, iso_weekday(parts.days) % 7, 1, padding);
    case 'u': return append_wide(out, iso_weekday(parts.days), 1, padding);
    case 'U': return append_two(out, week_of_year(parts, 0), padding);
    case 'W': return append_two(out, week_of_year(parts, 1), padding);
    case 'V': return append_two(out, iso_week(parts.days).week, padding);
    case 'H':
    case 'k': return append_two(out, time.hour, padding);
    case 'I':
    case 'l': return append_two(out, (time.hour + 11) % 12 + 1, padding);
    case 'M': return append_two(out, time.minute, padding);
    case 'S': return append_two(out, time.second, padding);
    case 'f': return append_wide(out, parts.nanoseconds, 9, padding);
    default: return append_wide(out, parts.seconds, 9, padding);  // s
  }
}

// %.f with what is needed, %.3f and %3f with so many digits.
void append_fraction(std::string& out, std::uint32_t nanoseconds, const TimeItem& item) {
  int digits = item.digits;
  if (digits == 0) {
    if (nanoseconds == 0) return;
    digits = nanoseconds % 1'000'000 == 0 ? 3 : nanoseconds % 1'000 == 0 ? 6 : 9;
  }
  if (item.has_point) out.push_back('.');
  out += fmt::format("{:09}", nanoseconds).substr(0, static_cast<std::size_t>(digits));
}

void append_fixed(std::string& out, const Parts& parts, const TimeItem& item) {
  const std::string_view month = month_names[parts.time.month - 1];
  const std::string_view weekday = weekday_names[iso_weekday(parts.days) - 1];
  switch (item.letter) {
    case 'b': out += month.substr(0, 3); return;
    case 'B': out += month; return;
    case 'a': out += weekday.substr(0, 3); return;
    case 'A': out += weekday; return;
    case 'p': out += parts.time.hour < 12 ? "AM" : "PM"; return;
    case 'P': out += parts.time.hour < 12 ? "am" : "pm"; return;
    case 'Z': out += "UTC"; return;
    case 'z': {
      constexpr std::string_view offsets[] = {"+0000", "+00:00", "+00:00:00", "+00"};
      out += offsets[item.colons];
      return;
    }
    default: append_fraction(out, parts.nanoseconds, item);  // f
  }
}

TimeItem wrong_item() { return {.kind = TimeItem::Kind::wrong}; }

// Behind a '%', which is gone.
TimeItem conversion(std::string_view& format) {
  TimeItem item;
  const auto take = [&](char c) {
    if (!format.starts_with(c)) return false;
    format.remove_prefix(1);
    return true;
  };
  for (const char padding : {'-', '_', '0'}) {
    if (item.padding == 0 && take(padding)) item.padding = padding;
  }
  item.has_point = take('.');
  while (!item.has_point && item.colons < 3 && take(':')) ++item.colons;
  for (const char digits : {'3', '6', '9'}) {
    if (item.digits == 0 && take(digits)) item.digits = digits - '0';
  }
  if (format.empty()) return wrong_item();
  item.letter = format[0] == 'h' ? 'b' : format[0];
  const bool is_special = item.has_point || item.colons > 0 || item.digits > 0;
  if (is_special || std::string_view("bBaApPzZ").contains(item.letter)) {
    if (item.padding != 0 || (item.colons > 0 && item.letter != 'z')) return wrong_item();
    if ((item.has_point || item.digits > 0) && item.letter != 'f') return wrong_item();
    item.kind = TimeItem::Kind::fixed;
  } else if (std::string_view("YGCygqmdejwuUWVHkIlMSfs").contains(item.letter)) {
    item.kind = TimeItem::Kind::number;
  } else if (item.padding == 0 && std::string_view("tn").contains(item.letter)) {
    item.kind = TimeItem::Kind::space;
    item.text = item.letter == 't' ? "\t" : "\n";
  } else if (item.padding == 0 && item.letter == '%') {
    item.kind = TimeItem::Kind::literal;
    item.text = format.substr(0, 1);
  } else if (item.padding != 0 || expanded_time_item(item.letter).empty()) {
    return wrong_item();
  } else {
    item.kind = TimeItem::Kind::fixed;
  }
  format.remove_prefix(1);
  return item;
}

}  // namespace

std::string_view expanded_time_item(char letter) {
  switch (letter) {
    case 'R': return "%H:%M";
    case 'T':
    case 'X': return "%H:%M:%S";
    case 'r': return "%I:%M:%S %p";
    case 'D':
    case 'x': return "%m/%d/%y";
    case 'F': return "%Y-%m-%d";
    case 'v': return "%e-%b-%Y";
    case 'c': return "%a %b %e %H:%M:%S %Y";
    case '+': return "%Y-%m-%dT%H:%M:%S%.f%:z";
    default: return {};
  }
}

TimeItem next_time_item(std::string_view& format) {
  if (format.empty()) return {};
  if (format[0] == '%') {
    format.remove_prefix(1);
    return conversion(format);
  }
  const bool is_spaces = is_space(format[0]);
  std::size_t size = 1;
  while (size < format.size() && format[size] != '%' && is_space(format[size]) == is_spaces) ++size;
  const TimeItem item{.kind = is_spaces ? TimeItem::Kind::space : TimeItem::Kind::literal, .text = format.substr(0, size)};
  format.remove_prefix(size);
  return item;
}

bool append_time(std::string& out, std::int64_t seconds, std::uint32_t nanoseconds, std::string_view format) {
  const Parts parts{.time = civil_time(seconds),
                    .seconds = seconds,
                    .nanoseconds = nanoseconds,
                    .days = floor_divide(seconds, seconds_in_day)};
  for (;;) {
    const TimeItem item = next_time_item(format);
    switch (item.kind) {
      case TimeItem::Kind::end: return true;
      case TimeItem::Kind::wrong: return false;
      case TimeItem::Kind::literal:
      case TimeItem::Kind::space: out += item.text; break;
      case TimeItem::Kind::number: append_number(out, parts, item); break;
      case TimeItem::Kind::fixed: {
        const std::string_view longer = expanded_time_item(item.letter);
        if (longer.empty()) {
          append_fixed(out, parts, item);
        } else {
          append_time(out, seconds, nanoseconds, longer);
        }
        break;
      }
    }
  }
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
//
// The calendar for every year that SurrealDB has (-262143 to 262142), by std::chrono, whose own years end at 32767: the
// calendar repeats itself every 400 years.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace millrace::surrealql {

inline constexpr std::int64_t year_min = -262143;
inline constexpr std::int64_t year_max = 262142;
inline constexpr std::int64_t seconds_in_day = 86400;
inline constexpr std::int64_t days_in_400_years = 146097;

struct CivilTime {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// Of a positive `b`, rounded down.
constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
constexpr std::int64_t floor_modulo(std::int64_t a, std::int64_t b) { return a % b + (a % b < 0 ? b : 0); }

// Of seconds since 1970 in UTC.
constexpr CivilTime civil_time(std::int64_t seconds) {
  const std::int64_t days = floor_divide(seconds, seconds_in_day);
  const std::int64_t in_day = seconds - days * seconds_in_day;
  const std::int64_t cycles = floor_divide(days, days_in_400_years);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days - cycles * days_in_400_years))};
  return {.year = static_cast<int>(date.year()) + cycles * 400,
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .hour = static_cast<unsigned>(in_day / 3600),
          .minute = static_cast<unsigned>(in_day / 60 % 60),
          .second = static_cast<unsigned>(in_day % 60)};
}

constexpr bool is_leap_year(std::int64_t year) {
  return std::chrono::year(static_cast<int>(floor_modulo(year, 400))).is_leap();
}

// Nothing for a day that does not exist, and a year beyond SurrealDB's.
constexpr std::optional<std::int64_t> days_since_1970(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (year < year_min || year > year_max || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const std::int64_t cycles = floor_divide(year, 400);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year - cycles * 400)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() + cycles * days_in_400_years;
}
constexpr std::optional<std::int64_t> seconds_since_1970(const CivilTime& time) {
  const auto days = days_since_1970(time.year, time.month, time.day);
  if (!days) return std::nullopt;
  return *days * seconds_in_day + time.hour * 3600 + time.minute * 60 + time.second;
}

// 1 on Monday to 7 on Sunday.
constexpr unsigned iso_weekday(std::int64_t days) { return static_cast<unsigned>(floor_modulo(days + 3, 7)) + 1; }
// From 1 on.
constexpr unsigned day_of_year(const CivilTime& time) {
  return static_cast<unsigned>(*days_since_1970(time.year, time.month, time.day) - *days_since_1970(time.year, 1, 1)) + 1;
}

struct IsoWeek {
  std::int64_t year = 0;
  unsigned week = 0;
};
// ISO 8601: the week belongs to the year that its Thursday is in.
constexpr IsoWeek iso_week(std::int64_t days) {
  const std::int64_t thursday = days - iso_weekday(days) + 4;
  const CivilTime date = civil_time(thursday * seconds_in_day);
  return {.year = date.year, .week = (day_of_year(date) - 1) / 7 + 1};
}

}  // namespace millrace::surrealql

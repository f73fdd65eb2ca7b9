// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/number.h"

namespace millrace::surrealql {
namespace {

constexpr std::uint64_t minute = 60;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t week = 7 * day;
constexpr std::uint64_t year = 365 * day;
constexpr std::uint64_t nanoseconds_in_second = 1'000'000'000;

Datum count(std::uint64_t units) { return Datum::of_integer(static_cast<std::int64_t>(units)); }

// Of units of which a second has `in_second`. More than 64 bits are cut, as the engine cuts them.
Datum count_below_second(DurationArgument duration, std::uint64_t in_second) {
  return count(duration.seconds * in_second + duration.nanoseconds / (nanoseconds_in_second / in_second));
}

// A negative count is a very large one, as in the engine.
Datum from_seconds(Evaluation& evaluation, std::string_view function, std::int64_t count, std::uint64_t unit) {
  std::uint64_t seconds = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(count), unit, &seconds)) {
    return overflow(evaluation, fmt::format("{}({})", function, static_cast<std::uint64_t>(count)));
  }
  return Datum::of_duration(seconds, 0);
}

Datum from_below_second(std::int64_t count, std::uint64_t in_second) {
  const auto units = static_cast<std::uint64_t>(count);
  return Datum::of_duration(units / in_second,
                            static_cast<std::uint32_t>(units % in_second * (nanoseconds_in_second / in_second)));
}

}  // namespace

Datum duration_years(Evaluation&, DurationArgument duration) { return count(duration.seconds / year); }
Datum duration_weeks(Evaluation&, DurationArgument duration) { return count(duration.seconds / week); }
Datum duration_days(Evaluation&, DurationArgument duration) { return count(duration.seconds / day); }
Datum duration_hours(Evaluation&, DurationArgument duration) { return count(duration.seconds / hour); }
Datum duration_mins(Evaluation&, DurationArgument duration) { return count(duration.seconds / minute); }
Datum duration_secs(Evaluation&, DurationArgument duration) { return count(duration.seconds); }
Datum duration_millis(Evaluation&, DurationArgument duration) { return count_below_second(duration, 1'000); }
Datum duration_micros(Evaluation&, DurationArgument duration) { return count_below_second(duration, 1'000'000); }
Datum duration_nanos(Evaluation&, DurationArgument duration) { return count_below_second(duration, nanoseconds_in_second); }

Datum duration_from_weeks(Evaluation& evaluation, std::int64_t units) {
  return from_seconds(evaluation, "duration::from_weeks", units, week);
}
Datum duration_from_days(Evaluation& evaluation, std::int64_t units) {
  return from_seconds(evaluation, "duration::from_days", units, day);
}
Datum duration_from_hours(Evaluation& evaluation, std::int64_t units) {
  return from_seconds(evaluation, "duration::from_hours", units, hour);
}
Datum duration_from_mins(Evaluation& evaluation, std::int64_t units) {
  return from_seconds(evaluation, "duration::from_mins", units, minute);
}
Datum duration_from_secs(Evaluation&, std::int64_t units) { return from_below_second(units, 1); }
Datum duration_from_millis(Evaluation&, std::int64_t units) { return from_below_second(units, 1'000); }
Datum duration_from_micros(Evaluation&, std::int64_t units) { return from_below_second(units, 1'000'000); }
Datum duration_from_nanos(Evaluation&, std::int64_t units) { return from_below_second(units, nanoseconds_in_second); }

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
//
// What a datetime says, all in UTC. Without an argument these are of now, which is another now each time, as in the engine.
#include <algorithm>

#include "millrace/base/clock.h"
#include "millrace/surrealql/civil_time.h"
#include "millrace/surrealql/functions.h"

namespace millrace::surrealql {
namespace {

DatetimeArgument now() {
  const std::int64_t nanoseconds = Clock::system().now().time_since_epoch().count();
  constexpr std::int64_t second = 1'000'000'000;
  return {.seconds = floor_divide(nanoseconds, second),
          .nanoseconds = static_cast<std::uint32_t>(floor_modulo(nanoseconds, second))};
}

DatetimeArgument or_now(const OptionalDatetime& time) { return time ? *time : now(); }
CivilTime civil(const OptionalDatetime& time) { return civil_time(or_now(time).seconds); }
std::int64_t days(const OptionalDatetime& time) { return floor_divide(or_now(time).seconds, seconds_in_day); }

// Seconds and nanoseconds as a count of which a second has `in_second`; 0 beyond int64.
Datum count(DatetimeArgument time, std::int64_t in_second) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(time.seconds, in_second, &result)) return Datum::of_integer(0);
  if (__builtin_add_overflow(result, time.nanoseconds / (1'000'000'000 / in_second), &result)) return Datum::of_integer(0);
  return Datum::of_integer(result);
}

bool is_before(const Datum& a, const Datum& b) {
  return a.datetime_seconds() != b.datetime_seconds() ? a.datetime_seconds() < b.datetime_seconds()
                                                      : a.nanoseconds() < b.nanoseconds();
}

}  // namespace

Datum time_year(Evaluation&, OptionalDatetime time) { return Datum::of_integer(civil(time).year); }
Datum time_month(Evaluation&, OptionalDatetime time) { return Datum::of_integer(civil(time).month); }
Datum time_day(Evaluation&, OptionalDatetime time) { return Datum::of_integer(civil(time).day); }
Datum time_hour(Evaluation&, OptionalDatetime time) { return Datum::of_integer(civil(time).hour); }
Datum time_minute(Evaluation&, OptionalDatetime time) { return Datum::of_integer(civil(time).minute); }
Datum time_second(Evaluation&, OptionalDatetime time) { return Datum::of_integer(civil(time).second); }
Datum time_yday(Evaluation&, OptionalDatetime time) { return Datum::of_integer(day_of_year(civil(time))); }
Datum time_wday(Evaluation&, OptionalDatetime time) { return Datum::of_integer(iso_weekday(days(time))); }
Datum time_week(Evaluation&, OptionalDatetime time) { return Datum::of_integer(iso_week(days(time)).week); }
Datum time_is_leap_year(Evaluation&, OptionalDatetime time) { return Datum::of_boolean(is_leap_year(civil(time).year)); }

Datum time_unix(Evaluation&, OptionalDatetime time) { return Datum::of_integer(or_now(time).seconds); }
Datum time_millis(Evaluation&, OptionalDatetime time) { return count(or_now(time), 1'000); }
Datum time_micros(Evaluation&, OptionalDatetime time) { return count(or_now(time), 1'000'000); }
Datum time_nano(Evaluation&, OptionalDatetime time) { return count(or_now(time), 1'000'000'000); }

Datum time_now(Evaluation&) {
  const DatetimeArgument time = now();
  return Datum::of_datetime(time.seconds, time.nanoseconds);
}

Datum time_max(Evaluation&, DatetimesArgument times) {
  const auto found = std::ranges::max_element(times.elements, is_before);
  return found == times.elements.end() ? Datum() : *found;
}
Datum time_min(Evaluation&, DatetimesArgument times) {
  const auto found = std::ranges::min_element(times.elements, is_before);
  return found == times.elements.end() ? Datum() : *found;
}

}  // namespace millrace::surrealql

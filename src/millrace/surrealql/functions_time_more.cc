// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "millrace/surrealql/civil_time.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/mail_address.h"
#include "millrace/surrealql/number.h"
#include "millrace/surrealql/text_forms.h"
#include "millrace/surrealql/time_format.h"

namespace millrace::surrealql {
namespace {

__extension__ using Nanoseconds = __int128;  // since 1970
constexpr std::int64_t second = 1'000'000'000;

Nanoseconds nanoseconds_of(DatetimeArgument time) { return Nanoseconds{time.seconds} * second + time.nanoseconds; }

Datum datetime_of(Nanoseconds time) {
  Nanoseconds seconds = time / second;
  if (time % second < 0) --seconds;
  return Datum::of_datetime(static_cast<std::int64_t>(seconds), static_cast<std::uint32_t>(time - seconds * second));
}

enum class Rounding : std::uint8_t { down, nearest, up };

// To a multiple of the step since 1970. Both have to fit into 64 bits of nanoseconds: years 1678 to 2262, steps up to 292
// years.
Datum rounded(Evaluation& evaluation, std::string_view function, DatetimeArgument time, DurationArgument step,
              Rounding rounding) {
  const Nanoseconds at = nanoseconds_of(time);
  const Nanoseconds span = Nanoseconds{step.seconds} * second + step.nanoseconds;
  if (span == 0) return Datum::of_datetime(time.seconds, time.nanoseconds);
  if (span > INT64_MAX || at > INT64_MAX || at < INT64_MIN) {
    return wrong_arguments(evaluation, function,
                           "The second argument must be a duration, and must be able to be represented as nanoseconds.");
  }
  const Nanoseconds rest = at % span < 0 ? at % span + span : at % span;
  const bool is_up = rest != 0 && (rounding == Rounding::up || (rounding == Rounding::nearest && span - rest <= rest));
  return datetime_of(at - rest + (is_up ? span : 0));
}

Datum from_count(Evaluation& evaluation, std::string_view function, std::string_view unit, std::int64_t count,
                 std::int64_t in_second) {
  const std::int64_t seconds = floor_divide(count, in_second);
  if (seconds < datetime_seconds_min || seconds > datetime_seconds_max) {
    return wrong_arguments(
        evaluation, function,
        fmt::format("The argument must be a number of {} relative to January 1, 1970 0:00:00 UTC that produces a datetime "
                    "between -262143-01-01T00:00:00Z and +262142-12-31T23:59:59Z.",
                    unit));
  }
  return Datum::of_datetime(seconds, static_cast<std::uint32_t>(floor_modulo(count, in_second) * (second / in_second)));
}

// `what` has a {} for the number.
Datum not_settable(Evaluation& evaluation, std::string_view what, const Datum& number) {
  return evaluation.fail("Unable to set datetime to " + fmt::format(fmt::runtime(what), plain_number(number)));
}

// The time with one of its parts set: 32 bits, of which `limit` and more do not exist.
template <typename Part>
Datum set(Evaluation& evaluation, DatetimeArgument time, const Datum& number, std::string_view what, unsigned limit,
          Part part) {
  if (!number.is(Type::integer)) return not_settable(evaluation, what, number);
  if (number.integer() < 0 || number.integer() > UINT32_MAX)
    return evaluation.fail("out of range integral type conversion attempted");
  CivilTime civil = civil_time(time.seconds);
  if (number.integer() >= limit) return not_settable(evaluation, what, number);
  civil.*part = static_cast<unsigned>(number.integer());
  const auto seconds = seconds_since_1970(civil);
  return seconds ? Datum::of_datetime(*seconds, time.nanoseconds) : not_settable(evaluation, what, number);
}

}  // namespace

Datum time_floor(Evaluation& evaluation, DatetimeArgument time, DurationArgument step) {
  return rounded(evaluation, "time::floor", time, step, Rounding::down);
}
Datum time_round(Evaluation& evaluation, DatetimeArgument time, DurationArgument step) {
  return rounded(evaluation, "time::round", time, step, Rounding::nearest);
}
Datum time_ceil(Evaluation& evaluation, DatetimeArgument time, DurationArgument step) {
  return rounded(evaluation, "time::ceil", time, step, Rounding::up);
}

Datum time_format(Evaluation& evaluation, DatetimeArgument time, Text format) {
  std::string text;
  if (append_time(text, time.seconds, time.nanoseconds, format)) return datum_of_text(evaluation, text);
  return wrong_arguments(evaluation, "time::format", fmt::format("`{}` is not a valid time formatting string", format));
}

Datum time_group(Evaluation& evaluation, DatetimeArgument time, Text unit) {
  constexpr Text units[] = {"year", "month", "day", "hour", "minute", "second"};
  const std::size_t kept = static_cast<std::size_t>(std::ranges::find(units, unit) - units);
  if (kept == std::size(units)) {
    return wrong_arguments(
        evaluation, "time::group",
        "The second argument must be a string, and can be one of 'year', 'month', 'day', 'hour', 'minute', or 'second'.");
  }
  CivilTime civil = civil_time(time.seconds);
  if (kept < 1) civil.month = 1;
  if (kept < 2) civil.day = 1;
  if (kept < 3) civil.hour = 0;
  if (kept < 4) civil.minute = 0;
  if (kept < 5) civil.second = 0;
  return Datum::of_datetime(*seconds_since_1970(civil), 0);
}

Datum time_from_nanos(Evaluation& evaluation, std::int64_t count) {
  return from_count(evaluation, "time::from_nanos", "nanoseconds", count, second);
}
Datum time_from_micros(Evaluation& evaluation, std::int64_t count) {
  return from_count(evaluation, "time::from_micros", "microseconds", count, 1'000'000);
}
Datum time_from_millis(Evaluation& evaluation, std::int64_t count) {
  return from_count(evaluation, "time::from_millis", "milliseconds", count, 1'000);
}
Datum time_from_secs(Evaluation& evaluation, std::int64_t count) {
  return from_count(evaluation, "time::from_secs", "seconds", count, 1);
}
Datum time_from_unix(Evaluation& evaluation, std::int64_t count) {
  return from_count(evaluation, "time::from_unix", "seconds", count, 1);
}

Datum time_from_ulid(Evaluation& evaluation, Text text) {
  const auto milliseconds = parse_ulid_milliseconds(text);
  if (!milliseconds)
    return wrong_arguments(evaluation, "time::from_ulid", "The first argument must be a string, containing a valid ULID.");
  return datetime_of(Nanoseconds{*milliseconds} * 1'000'000);
}

// RFC 9562: versions 1 and 6 count 100 nanoseconds since 15 October 1582, version 7 milliseconds since 1970.
Datum time_from_uuid(Evaluation& evaluation, UuidArgument uuid) {
  const auto bits = [&](std::size_t from, std::size_t to) {
    std::uint64_t value = 0;
    for (std::size_t i = from; i < to; ++i) value = value << 8 | uuid.bytes[i];
    return value;
  };
  constexpr std::uint64_t ticks_to_1970 = 0x01B21DD213814000;
  std::uint64_t ticks = 0;
  switch (uuid.bytes[6] >> 4) {
    case 1: ticks = (bits(6, 8) & 0xfff) << 48 | bits(4, 6) << 32 | bits(0, 4); break;
    case 6: ticks = bits(0, 4) << 28 | bits(4, 6) << 12 | (bits(6, 8) & 0xfff); break;
    case 7: return datetime_of(Nanoseconds{bits(0, 6)} * 1'000'000);
    default: return wrong_arguments(evaluation, "time::from_uuid", "The first argument must be a v1, v6 or v7 UUID.");
  }
  return datetime_of((Nanoseconds{ticks} - ticks_to_1970) * 100);
}

Datum time_set_year(Evaluation& evaluation, DatetimeArgument time, NumberArgument value) {
  const Datum& year = value.value;
  if (!year.is(Type::integer)) return not_settable(evaluation, "year {}", year);
  if (year.integer() < INT32_MIN || year.integer() > INT32_MAX)
    return evaluation.fail("out of range integral type conversion attempted");
  CivilTime civil = civil_time(time.seconds);
  civil.year = year.integer();
  const auto seconds = seconds_since_1970(civil);
  return seconds ? Datum::of_datetime(*seconds, time.nanoseconds) : not_settable(evaluation, "year {}", year);
}
Datum time_set_month(Evaluation& evaluation, DatetimeArgument time, NumberArgument value) {
  return set(evaluation, time, value.value, "month {}", 13, &CivilTime::month);
}
Datum time_set_day(Evaluation& evaluation, DatetimeArgument time, NumberArgument value) {
  return set(evaluation, time, value.value, "day {}", 32, &CivilTime::day);
}
Datum time_set_hour(Evaluation& evaluation, DatetimeArgument time, NumberArgument value) {
  return set(evaluation, time, value.value, "hour {}", 24, &CivilTime::hour);
}
Datum time_set_minute(Evaluation& evaluation, DatetimeArgument time, NumberArgument value) {
  return set(evaluation, time, value.value, "{} minutes", 60, &CivilTime::minute);
}
Datum time_set_second(Evaluation& evaluation, DatetimeArgument time, NumberArgument value) {
  return set(evaluation, time, value.value, "{} seconds", 60, &CivilTime::second);
}
Datum time_set_nanosecond(Evaluation& evaluation, DatetimeArgument time, NumberArgument value) {
  const Datum& number = value.value;
  if (!number.is(Type::integer)) return not_settable(evaluation, "{} nanoseconds", number);
  if (number.integer() < 0 || number.integer() > UINT32_MAX)
    return evaluation.fail("out of range integral type conversion attempted");
  // A second of a billion nanoseconds more is a leap second.
  if (number.integer() >= 2 * second) return not_settable(evaluation, "{} nanoseconds", number);
  return datetime_of(Nanoseconds{time.seconds} * second + number.integer());
}

}  // namespace millrace::surrealql

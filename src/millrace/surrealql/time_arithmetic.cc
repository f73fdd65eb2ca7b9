// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/time_arithmetic.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/raw_text.h"
#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

constexpr std::uint32_t in_a_second = 1'000'000'000;

Datum overflows(Evaluation& evaluation, const Datum& a, std::string_view sign, const Datum& b) {
  return evaluation.fail(fmt::format("Failed to compute: \"{} {} {}\", as the operation results in an arithmetic overflow.",
                                     raw_text(a), sign, raw_text(b)));
}
Datum is_negative(Evaluation& evaluation, const Datum& a, const Datum& b) {
  return evaluation.fail(fmt::format("Failed to compute: \"{} - {}\", as the operation results in a negative value.",
                                     raw_text(a), raw_text(b)));
}

// The datetime that lies this far behind, or before; nothing beyond the years that there are.
std::optional<Datum> moved(const Datum& time, const Datum& by, bool back) {
  constexpr std::uint64_t seconds_max = INT64_MAX / 1'000;
  if (by.duration_seconds() > seconds_max) return std::nullopt;
  const auto seconds = static_cast<std::int64_t>(by.duration_seconds());
  std::int64_t sum = back ? time.datetime_seconds() - seconds : time.datetime_seconds() + seconds;
  std::int64_t nanoseconds =
      back ? std::int64_t{time.nanoseconds()} - by.nanoseconds() : std::int64_t{time.nanoseconds()} + by.nanoseconds();
  if (nanoseconds < 0) {
    nanoseconds += in_a_second;
    --sum;
  } else if (nanoseconds >= in_a_second) {
    nanoseconds -= in_a_second;
    ++sum;
  }
  if (sum < datetime_seconds_min || sum > datetime_seconds_max) return std::nullopt;
  return Datum::of_datetime(sum, static_cast<std::uint32_t>(nanoseconds));
}

// Rounded half to even on the nanosecond; nothing beyond 64 bits of seconds. `seconds` is not negative.
std::optional<Datum> duration_of(double seconds) {
  if (!(seconds < 0x1p64)) return std::nullopt;
  const double whole = std::floor(seconds);
  const double part = seconds - whole;
  int exponent = 0;
  // part = bits · 2^(exponent - 53)
  const auto bits = static_cast<std::uint64_t>(std::ldexp(std::frexp(part, &exponent), 53));
  const int shift = 53 - exponent;
  Wide nanoseconds = 0;
  if (shift < 100) {
    const Wide product = static_cast<Wide>(bits) * in_a_second;
    nanoseconds = product >> shift;
    const Wide rest = product - (nanoseconds << shift);
    const Wide half = Wide{1} << (shift - 1);
    if (rest > half || (rest == half && (nanoseconds & 1) != 0)) ++nanoseconds;
  }
  auto count = static_cast<std::uint64_t>(whole);
  if (nanoseconds == in_a_second) {
    nanoseconds = 0;
    if (++count == 0) return std::nullopt;
  }
  return Datum::of_duration(count, static_cast<std::uint32_t>(nanoseconds));
}

std::optional<Datum> duration_of_nanoseconds(Wide nanoseconds) {
  const Wide seconds = nanoseconds / in_a_second;
  if (seconds >> 64 != 0) return std::nullopt;
  return Datum::of_duration(static_cast<std::uint64_t>(seconds), static_cast<std::uint32_t>(nanoseconds % in_a_second));
}

Wide nanoseconds_of(const Datum& duration) {
  return static_cast<Wide>(duration.duration_seconds()) * in_a_second + duration.nanoseconds();
}

double seconds_of(const Datum& duration) {
  return static_cast<double>(duration.duration_seconds()) + static_cast<double>(duration.nanoseconds()) / in_a_second;
}

Wide truncated(const Decimal96& value) {
  Wide whole = mantissa(value);
  for (int i = 0; i < value.scale; ++i) whole /= 10;
  return whole;
}

}  // namespace

Datum add_times(const Datum& a, const Datum& b, Evaluation& evaluation) {
  if (a.is(Type::datetime) || b.is(Type::datetime)) {
    const Datum& time = a.is(Type::datetime) ? a : b;
    const Datum& duration = a.is(Type::datetime) ? b : a;
    const auto sum = moved(time, duration, false);
    return sum ? *sum : overflows(evaluation, duration, "+", time);
  }
  const auto sum = duration_of_nanoseconds(nanoseconds_of(a) + nanoseconds_of(b));
  return sum ? *sum : overflows(evaluation, a, "+", b);
}

Datum subtract_times(const Datum& a, const Datum& b, Evaluation& evaluation) {
  if (a.is(Type::datetime) && b.is(Type::datetime)) {
    if (compare(a, b) < 0) return is_negative(evaluation, a, b);
    std::uint64_t seconds =
        static_cast<std::uint64_t>(a.datetime_seconds()) - static_cast<std::uint64_t>(b.datetime_seconds());
    const bool borrow = a.nanoseconds() < b.nanoseconds();
    if (borrow) --seconds;
    return Datum::of_duration(seconds, a.nanoseconds() + (borrow ? in_a_second : 0) - b.nanoseconds());
  }
  if (a.is(Type::datetime) ||
      b.is(Type::datetime)) {  // a duration less a datetime is the datetime less the duration, in SurrealDB
    const Datum& time = a.is(Type::datetime) ? a : b;
    const Datum& duration = a.is(Type::datetime) ? b : a;
    const auto difference = moved(time, duration, true);
    return difference ? *difference : is_negative(evaluation, duration, time);
  }
  if (compare(a, b) < 0) return is_negative(evaluation, a, b);
  return *duration_of_nanoseconds(nanoseconds_of(a) - nanoseconds_of(b));
}

Datum multiply_duration(const Datum& duration, const Datum& number, Evaluation& evaluation) {
  const auto overflow = [&] {
    return evaluation.fail(
        fmt::format("Failed to compute: \"{} * {}\", as the operation results in an arithmetic overflow.",
                    raw_text(duration), number_text(number)));
  };
  std::optional<Datum> product;
  if (number.is(Type::integer)) {
    if (number.integer() < 0) return evaluation.fail("Cannot multiply a duration with a negative number");
    if (number.integer() > UINT32_MAX) return evaluation.fail("out of range integral type conversion attempted");
    product = duration_of_nanoseconds(nanoseconds_of(duration) * static_cast<std::uint32_t>(number.integer()));
  } else if (number.is(Type::real)) {
    if (!std::isfinite(number.real()) || number.real() < 0) {
      return evaluation.fail("Cannot multiply a duration with a non-finite or negative number");
    }
    product = duration_of(seconds_of(duration) * std::fabs(number.real()));
  } else {
    const Decimal96& factor = number.decimal();
    if (factor.negative && !is_zero(factor)) return evaluation.fail("Cannot multiply a duration with a negative number");
    const auto scaled = multiply_decimals(make_decimal(nanoseconds_of(duration), 0, false), factor);
    if (scaled) product = duration_of_nanoseconds(truncated(*scaled));
  }
  return product ? *product : overflow();
}

void divide_duration(const Datum& duration, const Datum& number, Datum& out) {
  std::optional<Datum> quotient;
  if (number.is(Type::integer)) {
    if (number.integer() <= 0 || number.integer() > UINT32_MAX) return;
    quotient = duration_of_nanoseconds(nanoseconds_of(duration) / static_cast<std::uint32_t>(number.integer()));
  } else if (number.is(Type::real)) {
    if (!std::isfinite(number.real()) || number.real() <= 0) return;
    quotient = duration_of(seconds_of(duration) / number.real());
  } else {
    if (number.decimal().negative) return;
    const auto exact = divide_decimals(make_decimal(nanoseconds_of(duration), 0, false), number.decimal());
    if (exact) quotient = duration_of_nanoseconds(truncated(*exact));
  }
  if (quotient) out = *quotient;
}

}  // namespace millrace::surrealql

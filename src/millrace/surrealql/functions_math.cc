// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/decimal_rounding.h"
#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/number.h"

namespace millrace::surrealql {
namespace {

Datum of_decimal(Evaluation& evaluation, const Decimal96& decimal) {
  return Datum::of_decimal(evaluation.arena.make(decimal));
}

// Of a whole number itself, else by what is done to floats or decimals.
template <typename OfReal, typename OfDecimal>
Datum cut(Evaluation& evaluation, const Datum& number, OfReal of_real, OfDecimal of_decimal_digits) {
  if (number.is(Type::integer)) return number;
  if (number.is(Type::real)) return Datum::of_real(of_real(number.real()));
  return of_decimal(evaluation, of_decimal_digits(number.decimal()));
}

double lerp_reals(double from, double to, double factor) { return from + factor * (to - from); }

Datum lerp_decimals(Evaluation& evaluation, const Datum& from, const Datum& to, const Datum& factor) {
  return add(from, multiply(factor, subtract(to, from, evaluation), evaluation), evaluation);
}

}  // namespace

Datum math_abs(Evaluation& evaluation, NumberArgument number) {
  const Datum& value = number.value;
  if (value.is(Type::real)) return Datum::of_real(std::abs(value.real()));
  if (value.is(Type::decimal)) return of_decimal(evaluation, absolute(value.decimal()));
  if (value.integer() == std::numeric_limits<std::int64_t>::min())
    return overflow(evaluation, fmt::format("math::abs({})", value.integer()));
  return Datum::of_integer(std::abs(value.integer()));
}

Datum math_ceil(Evaluation& evaluation, NumberArgument number) {
  return cut(
      evaluation, number.value, [](double real) { return std::ceil(real); },
      [](const Decimal96& decimal) { return ceil(decimal); });
}
Datum math_floor(Evaluation& evaluation, NumberArgument number) {
  return cut(
      evaluation, number.value, [](double real) { return std::floor(real); },
      [](const Decimal96& decimal) { return floor(decimal); });
}
Datum math_round(Evaluation& evaluation, NumberArgument number) {
  return cut(
      evaluation, number.value, [](double real) { return std::round(real); },
      [](const Decimal96& decimal) { return round(decimal, 0); });
}

Datum math_acos(Evaluation&, NumberArgument number) { return Datum::of_real(std::acos(to_real(number.value))); }
Datum math_acot(Evaluation&, NumberArgument number) {
  return Datum::of_real(std::numbers::pi / 2.0 - std::atan(to_real(number.value)));
}
Datum math_asin(Evaluation&, NumberArgument number) { return Datum::of_real(std::asin(to_real(number.value))); }
Datum math_atan(Evaluation&, NumberArgument number) { return Datum::of_real(std::atan(to_real(number.value))); }
Datum math_cos(Evaluation&, NumberArgument number) { return Datum::of_real(std::cos(to_real(number.value))); }
Datum math_cot(Evaluation&, NumberArgument number) { return Datum::of_real(1.0 / std::tan(to_real(number.value))); }
Datum math_sin(Evaluation&, NumberArgument number) { return Datum::of_real(std::sin(to_real(number.value))); }
Datum math_tan(Evaluation&, NumberArgument number) { return Datum::of_real(std::tan(to_real(number.value))); }
// Both factors as Rust has them: rounded once.
Datum math_deg2rad(Evaluation&, NumberArgument number) {
  return Datum::of_real(to_real(number.value) * (std::numbers::pi / 180.0));
}
Datum math_rad2deg(Evaluation&, NumberArgument number) {
  return Datum::of_real(to_real(number.value) * 57.2957795130823208767981548141051703);
}
Datum math_ln(Evaluation&, NumberArgument number) { return Datum::of_real(std::log(to_real(number.value))); }
Datum math_log(Evaluation&, NumberArgument number, NumberArgument base) {
  return Datum::of_real(std::log(to_real(number.value)) / std::log(to_real(base.value)));
}
Datum math_log10(Evaluation&, NumberArgument number) { return Datum::of_real(std::log10(to_real(number.value))); }
Datum math_log2(Evaluation&, NumberArgument number) { return Datum::of_real(std::log2(to_real(number.value))); }

Datum math_clamp(Evaluation& evaluation, NumberArgument number, NumberArgument min, NumberArgument max) {
  if (compare(min.value, max.value) > 0) {
    return wrong_arguments(evaluation, "math::clamp", "Lowerbound for clamp must be smaller than the upperbound");
  }
  const Datum& value = number.value;
  if (value.is(Type::integer) && min.value.is(Type::integer) && max.value.is(Type::integer)) {
    return Datum::of_integer(std::clamp(value.integer(), min.value.integer(), max.value.integer()));
  }
  if (value.is(Type::decimal)) {
    const Datum low = to_decimal(min.value, evaluation);
    const Datum high = to_decimal(max.value, evaluation);
    return compare(value, low) < 0 ? low : compare(value, high) > 0 ? high : value;
  }
  const double real = to_real(value);
  const double low = to_real(min.value);
  const double high = to_real(max.value);
  return Datum::of_real(real < low ? low : real > high ? high : real);
}

Datum math_fixed(Evaluation& evaluation, NumberArgument number, std::int64_t digits) {
  if (digits <= 0) {
    return wrong_arguments(evaluation, "math::fixed", "The second argument must be an integer greater than 0.");
  }
  const Datum& value = number.value;
  if (value.is(Type::integer)) return value;
  if (value.is(Type::decimal))
    return of_decimal(evaluation, round(value.decimal(), static_cast<std::size_t>(std::min<std::int64_t>(digits, 28))));
  if (!std::isfinite(value.real())) return value;
  // Printed exactly, with so many digits, and read again. No float has more than 1074 behind the point, or 309 before it.
  char text[1500];
  const auto printed = std::to_chars(text, text + sizeof text, value.real(), std::chars_format::fixed,
                                     static_cast<int>(std::min<std::int64_t>(digits, 1074)));
  double result = 0;
  std::from_chars(text, printed.ptr, result);
  return Datum::of_real(result);
}

Datum math_lerp(Evaluation& evaluation, NumberArgument from, NumberArgument to, NumberArgument factor) {
  if (factor.value.is(Type::decimal)) {
    return lerp_decimals(evaluation, to_decimal(from.value, evaluation), to_decimal(to.value, evaluation), factor.value);
  }
  return Datum::of_real(lerp_reals(to_real(from.value), to_real(to.value), to_real(factor.value)));
}

Datum math_lerpangle(Evaluation& evaluation, NumberArgument from, NumberArgument to, NumberArgument factor) {
  if (factor.value.is(Type::decimal)) {
    const Datum start = to_decimal(from.value, evaluation);
    const Datum turn = of_decimal(evaluation, decimal_of(std::int64_t{360}));
    Datum way = subtract(to_decimal(to.value, evaluation), start, evaluation);
    const Datum turns = divide(way, turn, evaluation);
    if (!turns.is(Type::decimal)) return {};
    way = subtract(way, multiply(of_decimal(evaluation, floor(turns.decimal())), turn, evaluation), evaluation);
    if (compare(way, Datum::of_integer(180)) > 0) way = subtract(turn, way, evaluation);
    return lerp_decimals(evaluation, start, add(start, way, evaluation), factor.value);
  }
  const double start = to_real(from.value);
  const double difference = to_real(to.value) - start;
  double way = std::clamp(difference - std::floor(difference / 360.0) * 360.0, 0.0, 360.0);
  if (way > 180.0) way = 360.0 - way;
  return Datum::of_real(lerp_reals(start, start + way, to_real(factor.value)));
}

Datum math_pow(Evaluation& evaluation, NumberArgument number, NumberArgument exponent) {
  return power(number.value, exponent.value, evaluation);
}

Datum math_sign(Evaluation& evaluation, NumberArgument number) {
  const Datum& value = number.value;
  if (value.is(Type::integer)) return Datum::of_integer(value.integer() < 0 ? -1 : value.integer() > 0 ? 1 : 0);
  if (value.is(Type::decimal)) return of_decimal(evaluation, signum(value.decimal()));
  return Datum::of_real(std::isnan(value.real()) ? value.real() : std::copysign(1.0, value.real()));
}

Datum math_sqrt(Evaluation& evaluation, NumberArgument number) {
  if (compare(number.value, Datum::of_integer(0)) < 0) return Datum::of_real(std::numeric_limits<double>::quiet_NaN());
  if (!number.value.is(Type::decimal)) return Datum::of_real(std::sqrt(to_real(number.value)));
  return of_decimal(evaluation, square_root(number.value.decimal()));
}

}  // namespace millrace::surrealql

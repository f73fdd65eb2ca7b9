// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/decimal_rounding.h"

#include "millrace/surrealql/decimal96.h"

namespace millrace::surrealql {
namespace {

constexpr int newton_steps_max = 1000;

Wide power_of_ten(std::size_t exponent) {
  Wide power = 1;
  for (std::size_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Decimal96 whole(const Decimal96& decimal, bool is_away_from_zero) {
  const Wide unit = power_of_ten(decimal.scale);
  const Wide digits = mantissa(decimal);
  const Wide result = digits / unit + (is_away_from_zero && digits % unit != 0 ? 1 : 0);
  return make_decimal(result, 0, decimal.negative);  // -0 stays, as the engine has it
}

}  // namespace

Decimal96 floor(const Decimal96& decimal) { return whole(decimal, decimal.negative); }
Decimal96 ceil(const Decimal96& decimal) { return whole(decimal, !decimal.negative); }

Decimal96 round(const Decimal96& decimal, std::size_t digits) {
  if (decimal.scale <= digits) return decimal;
  const Wide unit = power_of_ten(decimal.scale - digits);
  const Wide kept = mantissa(decimal) / unit;
  const Wide rest = mantissa(decimal) % unit;
  const bool is_up = rest > unit / 2 || (rest == unit / 2 && kept % 2 == 1);
  const Wide result = is_up ? kept + 1 : kept;
  return make_decimal(result, static_cast<int>(digits), decimal.negative && result != 0);
}

Decimal96 absolute(const Decimal96& decimal) {
  Decimal96 result = decimal;
  result.negative = false;
  return result;
}

Decimal96 signum(const Decimal96& decimal) { return is_zero(decimal) ? Decimal96() : make_decimal(1, 0, decimal.negative); }

Decimal96 square_root(const Decimal96& decimal) {
  if (is_zero(decimal)) return {};
  const Decimal96 two = make_decimal(2, 0, false);
  Decimal96 result = divide_decimals(decimal, two).value_or(decimal);
  if (is_zero(result)) result = decimal;
  Decimal96 last;
  for (int step = 0; step < newton_steps_max; ++step) {
    last = result;
    const auto quotient = divide_decimals(decimal, result);
    const auto sum = quotient ? add_decimals(result, *quotient) : std::nullopt;
    const auto half = sum ? divide_decimals(*sum, two) : std::nullopt;
    if (!half) break;
    result = *half;
    if (compare_decimals(last, result) == 0) break;
  }
  return result;
}

}  // namespace millrace::surrealql

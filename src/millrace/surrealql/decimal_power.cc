// SPDX-License-Identifier: Apache-2.0
//
// Powers of decimals. Those that are not whole are approximations to some seven digits, and the same as the engine's: its
// series, in its order, with its tolerance.
#include "millrace/surrealql/decimal96.h"

namespace millrace::surrealql {
namespace {

constexpr Decimal96 one{.low = 1};
constexpr Decimal96 euler{.low = 3958169141ULL << 32 | 2239425882, .high = 1473583531, .scale = 28};
constexpr Decimal96 inverse_euler{.low = 2857938002ULL << 32 | 2384059206, .high = 199427844, .scale = 28};
constexpr Decimal96 tolerance{.low = 2, .scale = 7};

std::optional<Decimal96> raise(const Decimal96& base, std::uint64_t exponent) {
  if (exponent == 0) return one;
  if (is_zero(base)) return Decimal96{};
  if (compare_decimals(base, one) == 0) return one;
  if (exponent == 1) return base;
  if (exponent == 2) return multiply_decimals(base, base);
  std::optional<Decimal96> product = one;
  std::optional<Decimal96> power = base;
  for (;;) {
    if ((exponent & 1) != 0) product = multiply_decimals(*product, *power);
    exponent >>= 1;
    if (!product) return std::nullopt;
    if (exponent == 0) return normalized(*product);
    power = multiply_decimals(*power, *power);
    if (!power) return std::nullopt;
  }
}

std::optional<Decimal96> exponential(Decimal96 x) {
  if (is_zero(x)) return one;
  if (x.negative) {
    x.negative = false;
    const auto inverse = exponential(x);
    return inverse ? divide_decimals(one, *inverse) : std::nullopt;
  }
  auto sum = add_decimals(x, one);
  std::optional<Decimal96> term = x;
  for (std::int64_t i = 2; sum && i < 200; ++i) {
    const auto part = divide_decimals(*term, decimal_of(i));
    term = part ? multiply_decimals(x, *part) : std::nullopt;
    sum = term ? add_decimals(*sum, *term) : std::nullopt;
    if (sum && compare_decimals(*term, tolerance) <= 0) break;
  }
  return sum;
}

// x > 0.
std::optional<Decimal96> natural_logarithm(Decimal96 value) {
  if (compare_decimals(value, one) == 0) return Decimal96{};
  std::optional<Decimal96> x = value;
  std::int64_t count = 0;
  for (; x && compare_decimals(*x, one) >= 0; ++count) x = multiply_decimals(*x, inverse_euler);
  for (; x && compare_decimals(*x, inverse_euler) <= 0; --count) x = multiply_decimals(*x, euler);
  if (x) x = subtract_decimals(*x, one);
  if (!x) return std::nullopt;
  if (is_zero(*x)) return decimal_of(count);
  x->negative = !x->negative;
  std::optional<Decimal96> sum = Decimal96{};
  std::optional<Decimal96> last = one;
  std::optional<Decimal96> power = one;
  for (std::int64_t i = 1; compare_decimals(*last, *sum) != 0 && i <= 100; ++i) {
    last = sum;
    power = multiply_decimals(*power, *x);
    const auto part = power ? divide_decimals(*power, decimal_of(i)) : std::nullopt;
    sum = part ? add_decimals(*sum, *part) : std::nullopt;
    if (!sum) return std::nullopt;
  }
  return subtract_decimals(decimal_of(count), *sum);
}

}  // namespace

std::optional<Decimal96> power_of_decimal(const Decimal96& base, std::int64_t exponent) {
  if (exponent >= 0) return raise(base, static_cast<std::uint64_t>(exponent));
  const auto power = raise(base, 0 - static_cast<std::uint64_t>(exponent));
  return power ? divide_decimals(one, *power) : std::nullopt;
}

std::optional<Decimal96> power_of_decimal(const Decimal96& base, const Decimal96& exponent) {
  if (is_zero(exponent)) return one;
  if (is_zero(base)) return Decimal96{};
  if (compare_decimals(base, one) == 0) return one;
  if (compare_decimals(exponent, one) == 0) return base;
  const Decimal96 power = normalized(exponent);
  if (power.scale == 0) {
    if (power.high != 0 || power.low >> 32 != 0) return std::nullopt;
    const auto whole = static_cast<std::int64_t>(power.low);
    return power_of_decimal(base, power.negative ? -whole : whole);
  }
  Decimal96 magnitude = base;
  magnitude.negative = false;
  const auto logarithm = natural_logarithm(magnitude);
  const auto product = logarithm ? multiply_decimals(*logarithm, power) : std::nullopt;
  auto result = product ? exponential(*product) : std::nullopt;
  if (result) result->negative = base.negative;
  return result;
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/decimal96.h"

#include <algorithm>
#include <array>

#include "millrace/surrealql/limbs.h"

namespace millrace::surrealql {
namespace {

constexpr auto powers_of_ten = [] {
  std::array<Wide, decimal_scale_max + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();
constexpr Wide power_of_ten(int exponent) { return powers_of_ten[static_cast<std::size_t>(exponent)]; }

// Cuts digits until 96 bits and the largest scale are kept, and rounds half to even once. Nothing when digits before the
// point go.
std::optional<Decimal96> fit(Limbs value, int scale, bool negative) {
  std::uint64_t digit = 0;
  bool rest = false;
  while (!value.fits_96_bits() || scale > decimal_scale_max) {
    if (scale == 0) return std::nullopt;
    rest = rest || digit != 0;
    digit = divide(value, 10);
    --scale;
  }
  Wide mantissa = value.low();
  if (digit > 5 || (digit == 5 && (rest || (mantissa & 1) != 0))) ++mantissa;
  if (mantissa > decimal_mantissa_max) {
    if (scale == 0) return std::nullopt;
    mantissa = mantissa / 10 + 1;  // 2^96 ends with a 6
    --scale;
  }
  return make_decimal(mantissa, scale, negative && mantissa != 0);
}

// The mantissas at the larger of both scales.
void align(const Decimal96& a, const Decimal96& b, Limbs& left, Limbs& right) {
  const int scale = std::max(a.scale, b.scale);
  left = multiply(mantissa(a), power_of_ten(scale - a.scale));
  right = multiply(mantissa(b), power_of_ten(scale - b.scale));
}

// What the engine's library does to a quotient: eight zeros a step while the low 32 bits are none, then four, two and one.
// Some stay: 1 / 2 is 0.50.
void cut_some_zeros(Wide& quotient, int& scale) {
  const auto cut = [&](int count, std::uint32_t mask) {
    if ((static_cast<std::uint32_t>(quotient) & mask) != 0 || scale < count || quotient % power_of_ten(count) != 0)
      return false;
    quotient /= power_of_ten(count);
    scale -= count;
    return true;
  };
  while (cut(8, 0xffff'ffff)) {
  }
  cut(4, 0xf);
  cut(2, 0x3);
  cut(1, 0x1);
}

bool fits_32_bits(const Decimal96& value) { return value.high == 0 && value.low >> 32 == 0; }

}  // namespace

Decimal96 decimal_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return {value < 0 ? 0 - bits : bits, 0, 0, value < 0};
}

Decimal96 normalized(Decimal96 value) {
  Wide digits = mantissa(value);
  if (digits == 0) return {};
  int scale = value.scale;
  while (scale > 0 && digits % 10 == 0) {
    digits /= 10;
    --scale;
  }
  return make_decimal(digits, scale, value.negative);
}

bool is_whole(const Decimal96& value) { return value.scale == 0 || mantissa(value) % power_of_ten(value.scale) == 0; }

std::optional<std::int64_t> to_integer(const Decimal96& value) {
  const Wide whole = mantissa(value) / power_of_ten(value.scale);
  constexpr Wide limit = Wide{1} << 63;
  if (whole > limit || (whole == limit && !value.negative)) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(whole);
  return static_cast<std::int64_t>(value.negative ? 0 - bits : bits);
}

int compare_decimals(const Decimal96& a, const Decimal96& b) {
  const bool a_negative = a.negative && !is_zero(a);
  const bool b_negative = b.negative && !is_zero(b);
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  int order = 0;
  if (a.scale == b.scale) {
    order = mantissa(a) < mantissa(b) ? -1 : mantissa(a) > mantissa(b) ? 1 : 0;
  } else {
    Limbs left;
    Limbs right;
    align(a, b, left, right);
    order = compare(left, right);
  }
  return a_negative ? -order : order;
}

std::optional<Decimal96> add_decimals(const Decimal96& a, const Decimal96& b) {
  if (is_zero(a)) return b;
  if (is_zero(b)) return a;
  const int scale = std::max(a.scale, b.scale);
  Limbs left;
  Limbs right;
  align(a, b, left, right);
  if (a.negative == b.negative) return fit(add(left, right), scale, a.negative);
  if (compare(left, right) >= 0) return fit(subtract(left, right), scale, a.negative);
  return fit(subtract(right, left), scale, b.negative);
}

std::optional<Decimal96> subtract_decimals(const Decimal96& a, Decimal96 b) {
  if (!is_zero(b)) b.negative = !b.negative;
  return add_decimals(a, b);
}

std::optional<Decimal96> multiply_decimals(const Decimal96& a, const Decimal96& b) {
  if (is_zero(a) || is_zero(b)) return Decimal96{};
  const int scale = a.scale + b.scale;
  // So much below the last digit is a zero without a scale.
  if (scale > decimal_scale_max + 19 && fits_32_bits(a) && fits_32_bits(b)) return Decimal96{};
  return fit(multiply(mantissa(a), mantissa(b)), scale, a.negative != b.negative);
}

// Long division, up to nine digits a step while the quotient has room.
std::optional<Decimal96> divide_decimals(const Decimal96& a, const Decimal96& b) {
  constexpr int step_max = 9;
  if (is_zero(b)) return std::nullopt;
  if (is_zero(a)) return Decimal96{};
  const Wide divisor = mantissa(b);
  Wide quotient = mantissa(a) / divisor;
  Wide rest = mantissa(a) % divisor;
  int scale = a.scale - b.scale;
  bool cut_zeros = false;
  while (rest != 0 || scale < 0) {
    int step = 0;
    if (rest == 0) {
      step = std::min(step_max, -scale);
    } else {
      cut_zeros = true;
      const int most = std::min(step_max, decimal_scale_max - scale);
      while (step < most && quotient * power_of_ten(step + 1) <= decimal_mantissa_max) ++step;
      if (step < most && scale + step < 0) return std::nullopt;
    }
    if (step == 0) {
      if (rest * 2 > divisor || (rest * 2 == divisor && (quotient & 1) != 0)) ++quotient;
      break;
    }
    quotient *= power_of_ten(step);
    if (quotient > decimal_mantissa_max) return std::nullopt;
    scale += step;
    rest *= power_of_ten(step);
    quotient += rest / divisor;
    rest %= divisor;
    if (quotient > decimal_mantissa_max) break;
  }
  if (quotient > decimal_mantissa_max) {
    if (scale == 0) return std::nullopt;
    const auto digit = static_cast<unsigned>(quotient % 10);
    quotient /= 10;
    --scale;
    if (digit > 5 || (digit == 5 && (rest != 0 || (quotient & 1) != 0))) ++quotient;
  }
  if (cut_zeros) cut_some_zeros(quotient, scale);
  return make_decimal(quotient, scale, a.negative != b.negative && quotient != 0);
}

std::optional<Decimal96> remainder_of_decimals(const Decimal96& a, const Decimal96& b) {
  if (is_zero(b)) return std::nullopt;
  if (is_zero(a)) return Decimal96{};
  Limbs left;
  Limbs right;
  align(a, b, left, right);
  const int order = compare(left, right);
  if (order == 0) return Decimal96{};
  if (order < 0) return a;
  const Wide divisor = mantissa(b);
  if (a.scale >= b.scale) {  // then the divisor, being less, has room for its zeros
    const Wide rest = mantissa(a) % right.low();
    return make_decimal(rest, a.scale, a.negative && rest != 0);
  }
  Wide rest = mantissa(a) % divisor;
  for (int scale = a.scale; scale < b.scale; ++scale) rest = rest * 10 % divisor;
  return make_decimal(rest, b.scale, a.negative && rest != 0);
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/float_order.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <string_view>

#include "millrace/surrealql/decimal96.h"

namespace millrace::surrealql {
namespace {

template <typename T>
int order(T a, T b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// IEEE 754's total order of the bits, as a number that grows with it.
std::int64_t rank(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 63) >> 1);
}

// A float that is no whole number, as digits · 10^-scale: its shortest form. It has at most 17 digits.
struct Digits {
  std::uint64_t digits = 0;
  int scale = 0;
};
Digits shortest(double magnitude) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), magnitude, std::chars_format::scientific);
  const std::string_view form(text.data(), end);
  const std::size_t mark = form.find('e');
  int exponent = 0;
  const char* const sign = form.data() + mark + 1;
  std::from_chars(*sign == '+' ? sign + 1 : sign, form.data() + form.size(), exponent);
  Digits out;
  for (const char c : form.substr(0, mark)) {
    if (c != '.') out.digits = out.digits * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const int behind_point = mark > 2 ? static_cast<int>(mark) - 2 : 0;
  out.scale = behind_point - exponent;
  return out;
}

// magnitude(b) against digits · 10^-scale, scale > 0.
int compare_magnitude(Digits a, const Decimal96& b) {
  // What lies below a decimal's last digit only breaks a tie.
  bool rest = false;
  while (a.scale > decimal_scale_max && a.digits != 0) {
    rest = rest || a.digits % 10 != 0;
    a.digits /= 10;
    --a.scale;
  }
  if (a.scale > decimal_scale_max) a.scale = decimal_scale_max;
  // The parts before the point, then those behind it, the shorter one filled up with zeros.
  const auto split = [](Wide value, int scale, Wide& whole, Wide& part) {
    Wide power = 1;
    for (int i = 0; i < scale; ++i) power *= 10;
    whole = value / power;
    part = value % power;
    for (int i = scale; i < decimal_scale_max; ++i) part *= 10;
  };
  Wide whole_a = 0, part_a = 0, whole_b = 0, part_b = 0;
  split(a.digits, a.scale, whole_a, part_a);
  split(mantissa(b), b.scale, whole_b, part_b);
  if (whole_a != whole_b) return order(whole_a, whole_b);
  if (part_a != part_b) return order(part_a, part_b);
  return rest ? 1 : 0;
}

}  // namespace

int compare_reals(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a == b) return 0;
  return order(rank(a), rank(b));  // one at least is NaN
}

int compare_real_with_integer(double a, std::int64_t b) {
  if (std::isnan(a)) return std::signbit(a) ? -1 : 1;
  if (a >= 0x1p63) return 1;
  if (a < -0x1p63) return -1;
  const double whole = std::trunc(a);
  const int by_whole = order(static_cast<std::int64_t>(whole), b);
  return by_whole != 0 ? by_whole : order(a, whole);
}

int compare_real_with_decimal(double a, const Decimal96& b) {
  if (!std::isfinite(a)) return std::signbit(a) ? -1 : 1;
  const bool b_negative = b.negative && !is_zero(b);
  const int sign_a = order(a, 0.0);
  const int sign_b = is_zero(b) ? 0 : b_negative ? -1 : 1;
  if (sign_a != sign_b || sign_a == 0) return order(sign_a, sign_b);
  const double magnitude = std::fabs(a);
  if (magnitude >= 0x1p96) return sign_a;
  int result = 0;
  if (magnitude == std::trunc(magnitude)) {
    const Decimal96 whole = make_decimal(static_cast<Wide>(magnitude), 0, false);
    Decimal96 other = b;
    other.negative = false;
    result = compare_decimals(whole, other);
  } else {
    result = compare_magnitude(shortest(magnitude), b);
  }
  return sign_a < 0 ? -result : result;
}

}  // namespace millrace::surrealql

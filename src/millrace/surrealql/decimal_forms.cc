// SPDX-License-Identifier: Apache-2.0
//
// Decimals from and to floats and text.
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

constexpr Wide top_bit = Wide{1} << 95;

// value · 2^exponent2 as digits · 10^exponent10, in 96 bits: what does not fit is cut, as in the engine, which also says
// when nothing fits.
bool to_base_ten(Wide& bits, int exponent2, int& exponent10) {
  int exponent5 = -exponent2;
  exponent10 = exponent2;
  for (; exponent5 > 0; --exponent5) {
    if ((bits & 1) == 0) {
      bits >>= 1;
      ++exponent10;
    } else if (bits * 5 <= decimal_mantissa_max) {
      bits *= 5;
    } else {
      bits >>= 1;
      ++exponent10;
    }
  }
  for (; exponent5 < 0; ++exponent5) {
    if ((bits & top_bit) == 0) {
      bits <<= 1;
      --exponent10;
    } else if (exponent10 * 2 > -exponent5) {
      return false;
    } else {
      bits /= 5;
    }
  }
  for (; exponent10 > 0; --exponent10) {
    if (bits * 10 > decimal_mantissa_max) return false;
    bits *= 10;
  }
  return true;
}

// Divides by ten and rounds a half up.
void drop_digit(Wide& bits) {
  const bool up = bits % 10 >= 5;
  bits = bits / 10 + (up ? 1 : 0);
}

// The power that repeated multiplication gives, whose last bits differ from std::pow's.
double power_by_squares(double base, int exponent) {
  double result = 1;
  for (;; base *= base) {
    if ((exponent & 1) != 0) result *= base;
    exponent /= 2;
    if (exponent == 0) return result;
  }
}

using Form = std::array<char, 34>;  // a sign, 29 digits, a point and a zero before it

std::string_view write(const Decimal96& value, Form& form) {
  std::size_t at = form.size();
  int scale = value.scale;
  Wide rest = mantissa(value);
  while (rest != 0 || scale >= 0) {
    form[--at] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
    if (--scale == 0) form[--at] = '.';
  }
  if (value.negative) form[--at] = '-';
  return {form.data() + at, form.size() - at};
}

struct Digits {
  Wide mantissa = 0;
  int scale = 0;
  bool point = false;
  bool any = false;
};

// The engine's reader stops, and rounds by one digit, where 96 bits or 28 digits behind the point are full.
bool round_and_stop(Digits& digits, char next) {
  const bool is_digit = next >= '0' && next <= '9';
  if (!is_digit && next != '_' && (next != '.' || digits.point)) return false;
  if (is_digit && next >= '5' && ++digits.mantissa > decimal_mantissa_max) {
    if (digits.scale == 0) return false;
    digits.mantissa = (digits.mantissa + 4) / 10;
    --digits.scale;
  }
  return true;
}

}  // namespace

std::optional<Decimal96> decimal_of(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  if (value == 0) return Decimal96{.negative = std::signbit(value)};
  const auto raw = std::bit_cast<std::uint64_t>(value);
  const auto biased = static_cast<int>(raw >> 52 & 0x7ff);
  Wide bits = raw & 0x000f'ffff'ffff'ffff;
  if (biased != 0) bits |= Wide{1} << 52;
  int exponent10 = 0;
  if (!to_base_ten(bits, (biased == 0 ? 1 : biased) - 1075, exponent10)) return std::nullopt;
  for (; exponent10 < -decimal_scale_max; ++exponent10) {
    if (bits < 10) return Decimal96{.negative = value < 0};
    drop_digit(bits);
  }
  // The digits that a double is good for.
  for (; exponent10 < 0 && bits >> 52 != 0; ++exponent10) drop_digit(bits);
  for (; exponent10 < 0 && bits % 10 == 0; ++exponent10) bits /= 10;
  return make_decimal(bits, -exponent10, value < 0);
}

double to_double(const Decimal96& value) {
  const Wide digits = mantissa(value);
  if (value.scale == 0) return value.negative && digits != 0 ? -static_cast<double>(digits) : static_cast<double>(digits);
  Wide power = 1;
  for (int i = 0; i < value.scale; ++i) power *= 10;
  const auto whole = static_cast<double>(digits / power);
  const double fraction = static_cast<double>(digits % power) / static_cast<double>(power);
  double result = whole;
  if (fraction != 0) {
    const double round_to = power_by_squares(10, value.scale);
    result = std::round((whole + fraction) * round_to) / round_to;
  }
  return value.negative ? -result : result;
}

double nearest_double(const Decimal96& value) {
  Form form;
  const std::string_view text = write(value, form);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

std::optional<Decimal96> parse_decimal_digits(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Digits digits;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (digits.point && digits.scale >= decimal_scale_max) {
      if (!round_and_stop(digits, c)) return std::nullopt;
      break;
    }
    if (is_digit) {
      const Wide next = digits.mantissa * 10 + static_cast<unsigned>(c - '0');
      if (next > decimal_mantissa_max) {
        if (!digits.point || !round_and_stop(digits, c)) return std::nullopt;
        break;
      }
      digits.mantissa = next;
      digits.scale += digits.point ? 1 : 0;
      digits.any = true;
    } else if (c == '.' && !digits.point) {
      digits.point = true;
    } else if (c != '_' || !digits.any) {
      return std::nullopt;
    }
  }
  if (!digits.any) return std::nullopt;
  return make_decimal(digits.mantissa, digits.scale, negative && digits.mantissa != 0);
}

std::optional<Decimal96> parse_decimal(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return parse_decimal_digits(text);
  auto value = parse_decimal_digits(text.substr(0, mark));
  std::string_view exponent_text = text.substr(mark + 1);
  const bool down = exponent_text.starts_with('-');
  if (down || exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
  int exponent = 0;
  if (exponent_text.empty()) return std::nullopt;
  for (const char c : exponent_text) {
    if (c < '0' || c > '9') return std::nullopt;
    exponent = exponent * 10 + (c - '0');
    if (exponent > decimal_scale_max) return std::nullopt;
  }
  if (!value) return std::nullopt;
  const int scale = value->scale + (down ? exponent : -exponent);
  if (scale > decimal_scale_max) return std::nullopt;
  Wide digits = mantissa(*value);
  for (int i = scale; i < 0; ++i) {
    digits *= 10;
    if (digits > decimal_mantissa_max) return std::nullopt;
  }
  return make_decimal(digits, scale < 0 ? 0 : scale, value->negative);
}

void append_decimal(std::string& out, const Decimal96& value) {
  Form form;
  out.append(write(value, form));
}

}  // namespace millrace::surrealql

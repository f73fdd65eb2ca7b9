// SPDX-License-Identifier: Apache-2.0
//
// Against exact arithmetic on whole numbers; engine/operations.mjs compares with the engine's own decimals.
#include "millrace/surrealql/decimal96.h"

#include <gtest/gtest.h>

#include "millrace/surrealql/text_forms.h"
#include "support/random.h"

namespace millrace::surrealql {
namespace {

using millrace::test::Random;
__extension__ using Signed = __int128;

std::string text(const std::optional<Decimal96>& value) {
  std::string out;
  if (value) append_decimal(out, *value);
  return value ? out : "nothing";
}
Decimal96 of(std::string_view digits) { return *parse_decimal(digits); }

Signed power(int exponent) {
  Signed value = 1;
  for (int i = 0; i < exponent; ++i) value *= 10;
  return value;
}
Decimal96 random_small(Random& random, int scale) {
  const Wide digits = random.bits() >> (16 + random.below(48));
  return make_decimal(digits, scale, digits != 0 && random.one_in(2));
}
// value · 10^scale, which is whole.
Signed units(const Decimal96& value, int scale) {
  const auto magnitude = static_cast<Signed>(mantissa(value)) * power(scale - value.scale);
  return value.negative ? -magnitude : magnitude;
}

TEST(Decimal96, sums_products_and_remainders_of_small_ones_are_exact) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    const Decimal96 a = random_small(random, static_cast<int>(random.below(9)));
    const Decimal96 b = random_small(random, static_cast<int>(random.below(9)));
    ASSERT_EQ(units(*add_decimals(a, b), 16), units(a, 16) + units(b, 16)) << text(a) << " + " << text(b);
    ASSERT_EQ(units(*subtract_decimals(a, b), 16), units(a, 16) - units(b, 16)) << text(a) << " - " << text(b);
    ASSERT_EQ(compare_decimals(a, b), units(a, 16) < units(b, 16) ? -1 : units(a, 16) > units(b, 16) ? 1 : 0);
    if (!is_zero(b)) {
      ASSERT_EQ(units(*remainder_of_decimals(a, b), 16), units(a, 16) % units(b, 16)) << text(a) << " % " << text(b);
    }
    const Decimal96 factor = make_decimal(random.below(1000), static_cast<int>(random.below(4)), false);
    ASSERT_EQ(units(*multiply_decimals(a, factor), 12), units(a, a.scale) * units(factor, factor.scale) * power(12 - a.scale - factor.scale));
  }
}

TEST(Decimal96, a_quotient_times_its_divisor_is_the_dividend_within_half_a_unit) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    const Wide digits = (Wide{random.bits()} << 32 | random.bits() >> 32) >> random.below(95);
    const Decimal96 a = make_decimal(digits, static_cast<int>(random.below(29)), false);
    const Decimal96 b = make_decimal(1 + random.below(1'000'000), static_cast<int>(random.below(6)), false);
    const auto quotient = divide_decimals(a, b);
    if (!quotient) {
      EXPECT_LT(a.scale, b.scale);  // only a divisor below one makes it larger
      continue;
    }
    const auto product = multiply_decimals(*quotient, b);
    if (!product) continue;
    Decimal96 difference = *subtract_decimals(*product, a);
    difference.negative = false;
    // b / 2 units of the quotient's last digit, and the product's own rounding.
    const Decimal96 bound = *add_decimals(*multiply_decimals(b, make_decimal(1, quotient->scale, false)), make_decimal(1, product->scale, false));
    ASSERT_LE(compare_decimals(difference, bound), 0) << text(a) << " / " << text(b) << " = " << text(quotient);
  }
}

TEST(Decimal96, texts_come_back) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    const Wide digits = (Wide{random.bits()} << 32 | random.bits() >> 32) >> random.below(96);
    const Decimal96 value = make_decimal(digits, static_cast<int>(random.below(29)), digits != 0 && random.one_in(2));
    const auto back = parse_decimal(text(value));
    ASSERT_TRUE(back);
    ASSERT_EQ(text(*back), text(value));
    ASSERT_EQ(compare_decimals(*back, value), 0);
    ASSERT_EQ(compare_decimals(normalized(value), value), 0);
  }
}

TEST(Decimal96, floats_become_what_they_print_up_to_fifteen_digits) {
  EXPECT_EQ(text(decimal_of(0.1)), "0.1");
  EXPECT_EQ(text(decimal_of(-1.5)), "-1.5");
  EXPECT_EQ(text(decimal_of(1e27)), "1000000000000000013287555072");  // a whole number is taken as it is
  EXPECT_EQ(text(decimal_of(1e22)), "10000000000000000000000");
  EXPECT_EQ(text(decimal_of(1e29)), "nothing");
  EXPECT_EQ(text(decimal_of(1e-30)), "0");
  EXPECT_EQ(text(decimal_of(0.1 + 0.2)), "0.3");
  EXPECT_EQ(to_double(of("0.1")), 0.1);
  EXPECT_EQ(to_double(of("-12345.678")), -12345.678);
}

TEST(Decimal96, rounds_half_to_even_where_digits_do_not_fit) {
  const Decimal96 most = of("79228162514264337593543950335");
  EXPECT_EQ(text(add_decimals(most, of("0.4"))), "79228162514264337593543950335");
  EXPECT_EQ(text(add_decimals(most, of("0.5"))), "nothing");
  EXPECT_EQ(text(subtract_decimals(most, of("0.5"))), "79228162514264337593543950334");
  EXPECT_EQ(text(multiply_decimals(of("0.00000000000005"), of("0.00000000000001"))), "0.0000000000000000000000000005");
  EXPECT_EQ(text(multiply_decimals(of("0.000000000000005"), of("0.00000000000001"))), "0.0000000000000000000000000000");
  EXPECT_EQ(text(multiply_decimals(of("0.000000000000015"), of("0.00000000000001"))), "0.0000000000000000000000000002");
  EXPECT_EQ(text(divide_decimals(of("2"), of("3"))), "0.6666666666666666666666666667");
  EXPECT_EQ(text(divide_decimals(most, of("0.1"))), "nothing");
}

TEST(Decimal96, reads_what_the_engine_reads) {
  EXPECT_EQ(text(parse_decimal("1_000.5")), "1000.5");
  EXPECT_EQ(text(parse_decimal(".5")), "0.5");
  EXPECT_EQ(text(parse_decimal("1.5e3")), "1500");
  EXPECT_EQ(text(parse_decimal("1.5e-3")), "0.0015");
  for (const char* const wrong : {"", "-", ".", "_1", "1e", "1e29", "1e-29", "x", "1x", "1.2.3", "79228162514264337593543950336"}) {
    EXPECT_EQ(text(parse_decimal(wrong)), "nothing") << wrong;
  }
}

}  // namespace
}  // namespace millrace::surrealql

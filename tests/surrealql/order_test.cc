// SPDX-License-Identifier: Apache-2.0
//
// compare(), equality and hash of random values: one total order, and what is equal in it has one hash.
#include <gtest/gtest.h>

#include <algorithm>
#include <unordered_set>

#include "millrace/surrealql/float_order.h"
#include "surrealql/literal.h"
#include "surrealql/random_datum.h"

namespace millrace::surrealql::test {
namespace {

void expect_one_order(const std::vector<Datum>& values) {
  std::vector<Datum> sorted = values;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Datum& a, const Datum& b) { return compare(a, b) < 0; });
  // Each with each: in a total order the sorted place alone says how two compare.
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = i; j < sorted.size(); ++j) {
      const auto order = compare(sorted[i], sorted[j]);
      ASSERT_TRUE(order <= 0) << sql(sorted[i]) << " before " << sql(sorted[j]);
      ASSERT_EQ(order == 0, compare(sorted[j], sorted[i]) == 0) << sql(sorted[i]) << " and " << sql(sorted[j]);
      ASSERT_EQ(order == 0, exactly_equal(sorted[i], sorted[j])) << sql(sorted[i]) << " and " << sql(sorted[j]);
      if (order == 0) {
        ASSERT_EQ(hash(sorted[i]), hash(sorted[j])) << sql(sorted[i]) << " and " << sql(sorted[j]);
        // Equal ones stand together: nothing between them is greater.
        ASSERT_TRUE(compare(sorted[i], sorted[i + (j > i)]) == 0) << sql(sorted[i]) << " and " << sql(sorted[i + 1]);
      }
    }
  }
}

TEST(Order, is_total_and_hash_follows_it) {
  Random random;
  for (int round = 0; round < 12; ++round) {
    Arena arena;
    std::vector<Datum> values;
    for (int i = 0; i < 300; ++i) values.push_back(random_datum(random, arena));
    expect_one_order(values);
  }
}

TEST(Order, of_numbers_is_one_over_all_three_kinds) {
  Random random;
  for (int round = 0; round < 12; ++round) {
    Arena arena;
    std::vector<Datum> values;
    for (int i = 0; i < 60; ++i) {
      const Datum number = random_number(random, arena);
      values.push_back(number);
      // The same, or all but the same, in the other kinds.
      Evaluation evaluation;
      for (const CastKind kind : {CastKind::real, CastKind::integer, CastKind::decimal}) {
        const Datum other = cast(number, {.kind = kind}, evaluation);
        if (other.is_number()) values.push_back(deep_copy(other, arena));
      }
      std::string digits;
      if (number.is(Type::real) && std::isfinite(number.real()) && std::fabs(number.real()) < 1e20) append_real(digits, number.real());
      if (const auto exact = parse_decimal_digits(digits)) values.push_back(Datum::of_decimal(arena.make(*exact)));
      if (number.is(Type::real)) values.push_back(Datum::of_real(std::nextafter(number.real(), INFINITY)));
    }
    expect_one_order(values);
  }
}

TEST(Order, a_float_equals_the_decimal_of_its_digits_and_the_int_of_its_value) {
  Arena arena;
  const auto same = [&](const char* a, const char* b) {
    const Datum left = literal(a, arena);
    const Datum right = literal(b, arena);
    return equal(left, right) && hash(left) == hash(right);
  };
  EXPECT_TRUE(same("0.1f", "0.1dec"));
  EXPECT_TRUE(same("0.00214f", "0.00214dec"));
  EXPECT_TRUE(same("-12345.678f", "-12345.678dec"));
  EXPECT_TRUE(same("1f", "1"));
  EXPECT_TRUE(same("-0f", "0"));
  EXPECT_TRUE(same("9007199254740992f", "9007199254740992"));
  EXPECT_TRUE(same("9223372036854775808f", "9223372036854775808dec"));
  EXPECT_FALSE(same("9007199254740992f", "9007199254740993"));
  EXPECT_FALSE(same("9223372036854775808f", "9223372036854776000dec"));
  EXPECT_FALSE(same("0.1f", "0.1000000000000000055dec"));
  EXPECT_EQ(compare_real_with_decimal(0.3, *parse_decimal("0.29999999999999999")), 1);
  EXPECT_EQ(compare_real_with_decimal(1e-40, *parse_decimal("0.0000000000000000000000000001")), -1);
  EXPECT_EQ(compare_real_with_decimal(1.5e-28, *parse_decimal("0.0000000000000000000000000001")), 1);
}

TEST(Order, hash_spreads) {
  std::unordered_set<std::uint64_t> hashes;
  std::unordered_set<std::uint64_t> low_bits;
  for (std::int64_t i = 0; i < 50'000; ++i) {
    const std::string text = "user-" + std::to_string(i);
    for (const Datum& datum : {Datum::of_integer(i), Datum::of_string(text), Datum::of_real(static_cast<double>(i) + 0.5)}) {
      hashes.insert(hash(datum));
      low_bits.insert(hash(datum) & 0xffff);
    }
  }
  EXPECT_EQ(hashes.size(), 150'000U);
  EXPECT_GT(low_bits.size(), 58'000U);  // of 65,536; 150,000 random ones leave some 10 % empty
}

TEST(Order, texts_compare_by_their_bytes) {
  Arena arena;
  EXPECT_TRUE(compare(literal("'Z'", arena), literal("'a'", arena)) < 0);
  EXPECT_TRUE(compare(literal("'z'", arena), literal("'é'", arena)) < 0);
  EXPECT_TRUE(compare(literal("'\xef\xbf\xbd'", arena), literal("'🦀'", arena)) < 0);
  EXPECT_TRUE(compare(Datum::of_string({"a\0", 2}), Datum::of_string("aa")) < 0);
}

}  // namespace
}  // namespace millrace::surrealql::test

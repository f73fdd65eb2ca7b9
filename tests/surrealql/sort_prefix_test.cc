// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/sort_prefix.h"

#include <gtest/gtest.h>

#include "surrealql/literal.h"
#include "surrealql/random_datum.h"

namespace millrace::surrealql::test {
namespace {

// Gives how many pairs the prefix alone tells apart.
std::size_t expect_the_order_of(const std::vector<Datum>& keys) {
  SortPrefix prefix;
  for (const Datum& key : keys) prefix.see(key);
  std::size_t told_apart = 0;
  for (const Datum& a : keys) {
    for (const Datum& b : keys) {
      if (prefix.of(a) >= prefix.of(b)) continue;
      ++told_apart;
      EXPECT_TRUE(compare(a, b) < 0) << sql(a) << " and " << sql(b);
    }
  }
  return told_apart;
}

TEST(SortPrefix, follows_the_order_of_all_types) {
  Random random;
  for (int round = 0; round < 10; ++round) {
    Arena arena;
    std::vector<Datum> keys;
    for (int i = 0; i < 200; ++i) keys.push_back(random_datum(random, arena));
    EXPECT_GT(expect_the_order_of(keys), 5'000U);
  }
}

TEST(SortPrefix, follows_the_order_of_numbers) {
  Random random;
  for (int round = 0; round < 10; ++round) {
    Arena arena;
    std::vector<Datum> keys;
    for (int i = 0; i < 200; ++i) {
      keys.push_back(random_number(random, arena));
      if (keys.back().is(Type::real)) keys.push_back(Datum::of_real(std::nextafter(keys.back().real(), INFINITY)));
    }
    EXPECT_GT(expect_the_order_of(keys), 5'000U);
  }
}

TEST(SortPrefix, follows_the_order_of_each_type_alone) {
  Random random;
  for (int type = 0; type < 16; ++type) {
    Arena arena;
    std::vector<Datum> keys;
    for (int i = 0; i < 4'000 && keys.size() < 100; ++i) {
      const Datum key = random_datum(random, arena);
      if (key.is(static_cast<Type>(type))) keys.push_back(key);
    }
    expect_the_order_of(keys);
  }
}

TEST(SortPrefix, leaves_out_what_all_strings_begin_with) {
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back("a long name before the number " + std::to_string(1'000'000 + i));
  std::vector<Datum> keys;
  for (const std::string& text : texts) keys.push_back(Datum::of_string(text));
  EXPECT_EQ(expect_the_order_of(keys), 100U * 99 / 2);
}

TEST(SortPrefix, tells_all_ints_apart) {
  std::vector<Datum> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(Datum::of_integer(INT64_MAX - i));
  keys.push_back(Datum::of_integer(INT64_MIN));
  EXPECT_EQ(expect_the_order_of(keys), 101U * 100 / 2);
}

TEST(SortPrefix, of_strings_with_nul_is_left_to_comparing) {
  expect_the_order_of({Datum::of_string("ab"), Datum::of_string({"ab\0", 3}), Datum::of_string({"ab\0\0", 4}), Datum::of_string(""), Datum::of_string({"\0", 1})});
}

}  // namespace
}  // namespace millrace::surrealql::test

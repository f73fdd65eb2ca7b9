// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "surrealql/literal.h"
#include "surrealql/random_datum.h"

namespace millrace::surrealql::test {
namespace {

void expect_same(const Datum& a, const Datum& b) {
  ASSERT_EQ(a.type(), b.type()) << sql(a) << " and " << sql(b);
  EXPECT_EQ(sql(a), sql(b));
  EXPECT_TRUE(compare(a, b) == 0) << sql(a);
}

TEST(Stored, values_come_back_as_they_were) {
  Random random;
  Arena arena;
  std::vector<Datum> values;
  std::string stored;
  for (int i = 0; i < 2'000; ++i) {
    values.push_back(random_datum(random, arena));
    append_stored(stored, values.back());
  }
  Arena other;
  std::string_view in = stored;
  for (const Datum& value : values) expect_same(read_stored(in, other), value);
  EXPECT_TRUE(in.empty());
}

TEST(Stored, text_stays_text_and_strings_are_views) {
  Arena arena;
  std::string stored;
  append_stored(stored, Datum::of_array_text("[1, 2]"));
  append_stored(stored, Datum::of_object_text("{\"a\":1}"));
  append_stored(stored, Datum::of_string("some text"));
  std::string_view in = stored;
  const Datum array = read_stored(in, arena);
  const Datum object = read_stored(in, arena);
  const Datum string = read_stored(in, arena);
  EXPECT_TRUE(array.is_text());
  EXPECT_TRUE(array.is(Type::array));
  EXPECT_EQ(array.string(), "[1, 2]");
  EXPECT_EQ(object.string(), "{\"a\":1}");
  EXPECT_GE(string.string().data(), stored.data());
  EXPECT_LT(string.string().data(), stored.data() + stored.size());
  EXPECT_EQ(arena.bytes_used(), 0U);
}

TEST(Stored, small_ints_and_short_texts_take_few_bytes) {
  const auto size_of = [](const Datum& datum) {
    std::string stored;
    append_stored(stored, datum);
    return stored.size();
  };
  EXPECT_EQ(size_of(Datum::of_integer(-64)), 2U);
  EXPECT_EQ(size_of(Datum::of_string("abc")), 5U);
  EXPECT_EQ(size_of(Datum::none()), 1U);
}

TEST(Stored, a_part_of_a_value_is_refused) {
  std::string stored;
  append_stored(stored, Datum::of_string("some text"));
  EXPECT_DEATH(
      {
        Arena arena;
        std::string_view in = std::string_view(stored).substr(0, 5);
        read_stored(in, arena);
      },
      "does not hold");
}

TEST(DeepCopy, outlives_what_it_was_made_of) {
  Random random;
  Arena kept;
  std::vector<Datum> copies;
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    Arena record;
    const Datum datum = random_datum(random, record);
    copies.push_back(deep_copy(datum, kept));
    texts.push_back(sql(datum));
  }
  for (std::size_t i = 0; i < copies.size(); ++i) EXPECT_EQ(sql(copies[i]), texts[i]);
}

}  // namespace
}  // namespace millrace::surrealql::test

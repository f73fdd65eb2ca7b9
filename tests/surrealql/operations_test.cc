// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "surrealql/operation_case.h"

namespace millrace::surrealql::test {
namespace {

// The table's outcomes are the engine's own (engine/operations.mjs).
TEST(Operations, give_what_the_engine_gives) {
  std::ifstream file(MILLRACE_SOURCE_FOLDER "/tests/surrealql/operations.cases");
  std::size_t cases = 0;
  std::set<std::string> operations;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::vector<std::string> columns(1);
    for (const char c : line) {
      if (c == '\t') {
        columns.emplace_back();
      } else {
        columns.back() += c;
      }
    }
    ASSERT_EQ(columns.size(), 4U) << line;
    EXPECT_EQ(outcome(columns[0], columns[1], columns[2]), columns[3]) << line;
    operations.insert(columns[0]);
    ++cases;
  }
  EXPECT_GT(cases, 300U);
  EXPECT_GT(operations.size(), 30U);
}

TEST(Operations, keep_the_first_failure) {
  Evaluation evaluation;
  EXPECT_FALSE(evaluation.failed());
  EXPECT_TRUE(add(Datum::of_integer(1), Datum::of_string("a"), evaluation).is(Type::none));
  subtract(Datum::none(), Datum::null(), evaluation);
  EXPECT_EQ(evaluation.failure, "Cannot perform addition with '1' and 'a'");
}

TEST(Operations, add_many_texts_in_place) {
  Evaluation evaluation;
  const std::string part(100, 'x');
  Datum sum = Datum::of_string("start ");
  for (int i = 0; i < 10'000; ++i) sum = add(sum, Datum::of_string(part), evaluation);
  EXPECT_EQ(sum.string().size(), 1'000'006U);
  EXPECT_TRUE(sum.string().starts_with("start xxx"));
  EXPECT_EQ(sum.string().find_first_not_of('x', 6), std::string_view::npos);
  EXPECT_LT(evaluation.arena.bytes_used(), 8'000'000U);  // each copied some few times; five billion when each sum is a copy
}

// Two sums that go on from the same text do not write over each other.
TEST(Operations, add_to_one_text_twice) {
  Evaluation evaluation;
  const Datum base = add(Datum::of_string("a"), Datum::of_string("b"), evaluation);
  const Datum one = add(base, Datum::of_string("1"), evaluation);
  const Datum two = add(base, Datum::of_string("2"), evaluation);
  EXPECT_EQ(base.string(), "ab");
  EXPECT_EQ(one.string(), "ab1");
  EXPECT_EQ(two.string(), "ab2");
}

TEST(Operations, borrow_what_they_do_not_change) {
  Evaluation evaluation;
  const std::string text = "text";
  const Datum datum = Datum::of_string(text);
  EXPECT_EQ(add(datum, Datum::of_string(""), evaluation).string().data(), text.data());
  EXPECT_EQ(cast(datum, {.kind = CastKind::string}, evaluation).string().data(), text.data());
  EXPECT_EQ(cast(datum, {.kind = CastKind::bytes}, evaluation).string().data(), text.data());
  EXPECT_EQ(evaluation.arena.bytes_used(), 0U);
}

TEST(Operations, look_inside_text_where_they_have_to) {
  Evaluation evaluation;
  const Datum array = Datum::of_array_text("[1, \"2\"]");
  EXPECT_EQ(sql(add(array, array, evaluation)), "[1, '2', 1, '2']");
  EXPECT_EQ(sql(add(Datum::of_object_text(R"({"b":1})"), Datum::of_object_text(R"({"a":[2]})"), evaluation)), "{ a: [2], b: 1 }");
  EXPECT_EQ(sql(cast(array, {.kind = CastKind::array, .element = CastKind::integer}, evaluation)), "[1, 2]");
  EXPECT_EQ(sql(array), "[1, '2']");
  EXPECT_TRUE(is_truthy(array));
  EXPECT_FALSE(is_truthy(Datum::of_array_text("[ \n]")));
  EXPECT_FALSE(is_truthy(Datum::of_object_text("{}")));
  EXPECT_FALSE(evaluation.failed());
}

TEST(Operations, a_set_is_an_array_sorted_with_each_value_once) {
  EXPECT_EQ(outcome("<set>", "[3, 1, 2.0f, 1dec, 2]", ""), "[1, 2f, 3]");
  EXPECT_EQ(outcome("<set<int>>", "['3', 1, 3]", ""), "[1, 3]");
  EXPECT_EQ(outcome("<set<int,1>>", "[1, 2]", ""), "error: Expected `set<int,1>` but found a collection of length `2`");
}

TEST(Operations, durations_beyond_what_the_engine_survives_fail) {
  EXPECT_EQ(outcome("*", "584942417355y", "79228162514264337593543950335dec"),
            "error: Failed to compute: \"584942417355y * 79228162514264337593543950335\", as the operation results in an arithmetic overflow.");
  EXPECT_EQ(outcome("/", "584942417355y", "0.1dec"), "NaN");
}

}  // namespace
}  // namespace millrace::surrealql::test

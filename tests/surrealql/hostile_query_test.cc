// SPDX-License-Identifier: Apache-2.0
//
// Queries that are made to hurt: each is refused, or fails its record, in clear words; none takes more than a bounded time or memory. The
// first few would end the process, or not end, without the limit that they are about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "difference/query_run.h"
#include "millrace/surrealql/limits.h"

namespace millrace::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string repeated(const std::string& part, std::size_t count, const std::string& between = "") {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? between : "") + part;
  return out;
}
std::string selected(const std::string& expression) { return "SELECT " + expression + " AS x FROM $input"; }

// "refused: …", "reject: …" or "row: …" of a query over one record.
std::string outcome(const std::string& query) {
  const Answer answer = run_query(query, {{R"({"a":1,"b":2,"s":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"})", ""}}, {.workers = 1});
  EXPECT_EQ(answer.defect, "") << query.substr(0, 200);
  if (!answer.refused.empty()) return "refused: " + answer.refused;
  if (!answer.rejects.empty()) return "reject: " + answer.rejects.front().reason;
  return answer.rows.empty() ? "no row" : "row: " + answer.rows.front();
}

TEST(HostileQuery, of_a_megabyte_is_refused_or_run) {
  const std::size_t size = (1u << 20) - 100;
  for (const auto& [query, words] : std::vector<std::pair<std::string, std::string>>{
           {"SELECT a FROM $input WHERE a" + repeated(" AND a", size / 6 - 10), "more than 1200 operators"},
           {"SELECT [1" + repeated(",1", size / 2 - 20) + "] FROM $input", "more than 60000 values at once"},
           {"SELECT '" + repeated("x", size) + "' AS s FROM $input", "row: {s: \"xxx"},
           {"SELECT a" + repeated(".b", size / 2) + " FROM $input", "more than 1200 operators or steps"},
           {"SELECT a AS b" + repeated(".b", size / 2) + " FROM $input", "more than 1200 steps"},
           {"SELECT a" + repeated(".abs()", size / 6) + " FROM $input", "more than 1200 operators or steps"},
           {"SELECT *, 1 AS a" + repeated(".b", 50'000) + " FROM $input", "more than 1200 steps"},
           {"SELECT " + repeated("x", size) + "(1) FROM $input", "there is no function xxx"},
           {"SELECT $" + repeated("x", size) + " FROM $input", "line 1, column 8: $xxx"},
           {"SELECT " + repeated("1", size) + " FROM $input", "more than an int of 64 bits holds|line 1, column 8: 111"},
           {repeated(" ", size + 200), "more than 1048576"},
       }) {
    const std::string found = outcome(query);
    EXPECT_THAT(found.substr(0, found.find('\n')), ::testing::AnyOf(HasSubstr(words.substr(0, words.find('|'))), HasSubstr(words.substr(words.find('|') + 1)))) << query.substr(0, 60);
    if (found.starts_with("refused")) {
      EXPECT_LT(found.size(), 2000u) << "a message quotes a megabyte";
    }
  }
}

TEST(HostileQuery, of_ten_thousand_brackets_is_refused) {
  for (const auto& [open, inside, close] : {std::tuple{"(", "1", ")"}, {"[", "", "]"}, {"{a:", "1", "}"}, {"{", "1", "}"}, {"IF a { ", "1", "}"}, {"IF a THEN ", "1", " END"},
                                            {"<int> ", "a", ""}, {"!", "a", ""}, {"- ", "a", ""}, {"math::abs(", "a", ")"}, {"a[", "a", "]"}, {"a[WHERE ", "a", "]"}, {"a.{a:", "a", "}"}}) {
    EXPECT_THAT(outcome(selected(repeated(open, 10'000) + inside + repeated(close, 10'000))), HasSubstr("more than 100 expressions stand in each other")) << open;
  }
}

TEST(HostileQuery, with_ten_thousand_columns_or_keys_is_run) {
  std::string fields;
  std::string sums;
  for (int i = 0; i < 10'000; ++i) {
    fields += (i > 0 ? ",c" : "c") + std::to_string(i);
    sums += ",math::sum(c" + std::to_string(i) + ") AS c" + std::to_string(i);
  }
  EXPECT_THAT(outcome("SELECT " + fields + " FROM $input"), StartsWith("row: {c0: NONE, c1: NONE"));
  EXPECT_THAT(outcome("SELECT " + fields + " FROM $input ORDER BY " + fields), StartsWith("row: {c0: NONE"));
  EXPECT_THAT(outcome("SELECT " + fields + " FROM $input GROUP BY " + fields), StartsWith("row: {c0: NONE"));
  EXPECT_THAT(outcome("SELECT k" + sums + " FROM $input GROUP BY k"), StartsWith("row: {c0: 0"));
  EXPECT_THAT(outcome("SELECT * OMIT " + fields + " FROM $input"), StartsWith("row: {a: 1"));
}

// Each depth of what fails was computed twice, so that 40 of them did not end.
TEST(HostileQuery, of_constants_that_fail_fails_its_record) {
  EXPECT_THAT(outcome(selected("'a'" + repeated(" - 1", 1000))), HasSubstr("reject: Cannot perform subtraction with 'a' and '1'"));
  EXPECT_THAT(outcome(selected(repeated("-(", 32) + "'a'" + repeated(")", 32))), HasSubstr("reject: Cannot negate the value"));
}

constexpr const char* too_large = "reject: the record needs more memory to be computed";

TEST(HostileQuery, that_makes_very_large_values_fails_its_record) {
  for (const auto& [expression, words] : std::vector<std::pair<std::string, std::string>>{
           {"string::repeat(s, 1000000000)", "reject: Incorrect arguments for function string::repeat(). Output must not exceed 1048576 bytes."},
           {"array::repeat(a, 1000000000)", "Output must not exceed 1048576 bytes."},
           {"array::range(0..1000000000000)", "Output must not exceed 1048576 bytes."},
           {"array::sequence(9223372036854775807)", "Output must not exceed 1048576 bytes."},
           {"<array> (0..1000000000000)", "larger then the max allocation limit"},
           {"array::combine(array::range(0, 18000), array::range(0, 18000))", "Output must not exceed 1048576 elements."},
           {"array::transpose(array::repeat(array::range(0, 18000), 18000))", too_large},
           {"array::repeat(array::repeat(array::repeat(a, 18000), 18000), 18000)", too_large},
           {"array::repeat(array::repeat(array::repeat(1, 18000), 18000), 18000) = 1", too_large},
           {"array::fill(array::range(0, 18000), array::fill(array::range(0, 18000), array::range(0, 18000)))", too_large},
           {"array::join(array::repeat(string::repeat('a', 1000000), 18000), ',')", "Output must not exceed 67108864 bytes."},
           {"string::replace(string::repeat('a', 1000000), '', string::repeat('b', 1000000))", "Output must not exceed 1048576 bytes."},
           {"string::replace(string::repeat('a', 1000000), /a/, string::repeat('b', 1000000))", "Output must not exceed 1048576 bytes."},
           {"string::distance::levenshtein(string::repeat('a', 1000000), 'b')", "Input strings must not exceed 16384 bytes"},
           {"$this" + repeated(".{a: $this, b: $this}", 300) + " = 1", too_large},
           {"[a]" + repeated(".append($this)", 300) + " = [1]", too_large},
           {"[" + repeated("string::repeat('a', 1000000)", 700, ",") + "]", too_large},
           {"math::pow(10, 1000000000)", "Cannot raise the value '10' with '1000000000'"},
           {"1.0000001dec ** 9223372036854775807", "Cannot raise the value"},
           {"math::fixed(1.5, 2000000000)", "row: {x: 1.5f}"},
           {"string::matches(s, '((((a{1,30}){1,30}){1,30}){1,30})')", "Could not cast into `regex`"},
           {"s = /((((a{1,30}){1,30}){1,30}){1,30})/", "refused: line 1, column 12: '((((a{1,30}){1,30}){1,30}){1,30})' is no regular expression"},
           {"s = /(a*)*(b*)*$/", "row: {x: true}"},
           {"s = /(a|a)*(a|a)*c/", "row: {x: false}"},
       }) {
    EXPECT_THAT(outcome(selected(expression)), HasSubstr(words)) << expression.substr(0, 100);
  }
}

TEST(HostileQuery, with_very_many_regular_expressions_is_refused) {
  std::string list;
  for (int i = 0; i < 1001; ++i) list += (i > 0 ? ",/a" : "/a") + std::to_string(i) + "/";
  EXPECT_THAT(outcome(selected("[" + list + "]")), HasSubstr("more than 1000 regular expressions"));
}

// Of a value whose parts are shared, what is written or kept is bounded, and no more than that was taken.
TEST(HostileQuery, whose_rows_or_keys_would_be_very_large_fails_its_record) {
  const std::string windows = "array::windows(array::range(0, 18000), 4000)";  // 56 million elements, in 18,000
  EXPECT_EQ(outcome("SELECT array::len(" + windows + ") AS x FROM $input"), "row: {x: 14001}");
  EXPECT_THAT(outcome("SELECT <string> " + windows + " AS x FROM $input"), HasSubstr(too_large));
  EXPECT_THAT(outcome("SELECT a, array::group(" + windows + ") AS x FROM $input GROUP BY a"), HasSubstr(too_large));
  EXPECT_THAT(outcome("SELECT array::len(x) AS n, " + windows + " AS x FROM $input GROUP BY x"), HasSubstr(too_large));
}

TEST(HostileQuery, has_a_message_that_is_short_when_the_value_is_long) {
  const std::string found = outcome(selected("string::repeat('é', 500000) - 1"));
  EXPECT_THAT(found, StartsWith("reject: Cannot perform subtraction with 'éééé"));
  EXPECT_LT(found.size(), surrealql::Evaluation::failure_bytes_max + 100);
  EXPECT_TRUE(found.ends_with("é…"));
}

}  // namespace
}  // namespace millrace::testing

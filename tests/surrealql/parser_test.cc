// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace millrace::surrealql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The one item's expression as SurrealQL writes it.
std::string written(const std::string& expression) { return to_sql(*parse_tree("SELECT " + expression + " FROM $input").items.front().expression); }
std::vector<std::string> named(const std::string& item) { return output_path(parse_tree("SELECT " + item + " FROM $input").items.front()); }

std::string error_of(const std::string& query) {
  try {
    parse_tree(query);
  } catch (const Problem& problem) {
    return to_error(problem, query).message;
  }
  return "no error";
}

TEST(Parser, binds_operators_as_surrealql_does) {
  EXPECT_EQ(written("1 + a * 2"), "1 + a * 2");
  EXPECT_EQ(written("(1 + a) * 2"), "(1 + a) * 2");
  EXPECT_EQ(written("a OR b AND c"), "a OR b AND c");
  EXPECT_EQ(written("(a || b) && c"), "(a OR b) AND c");
  EXPECT_EQ(written("a ?? b + c"), "a ?? b + c");        // (a ?? b) + c
  EXPECT_EQ(written("a ?? (b + c)"), "a ?? (b + c)");
  EXPECT_EQ(written("-a ** 2"), "-a ** 2");
  EXPECT_EQ(written("!(a = b)"), "!(a = b)");
  EXPECT_EQ(written("!a = b"), "!a = b");                // (!a) = b
  EXPECT_EQ(written("a < b = c"), "a < b = c");
  EXPECT_EQ(written("a IN 1..20"), "a INSIDE 1..20");
  EXPECT_EQ(written("<int> (a + b)"), "<int> (a + b)");
  EXPECT_EQ(written("<int> a + b"), "<int> a + b");      // (<int> a) + b
}

TEST(Parser, reads_a_sign_before_digits_as_part_of_the_number) {
  EXPECT_EQ(written("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(written("- 5"), "-5");
  EXPECT_EQ(written("+5"), "5");
  EXPECT_EQ(written("3 -1"), "3 - 1");
}

TEST(Parser, writes_words_and_literals_in_one_form) {
  EXPECT_EQ(written("a is not none"), "a != NONE");
  EXPECT_EQ(written("a not in [1, 1.50, 1.50dec, 'it\\'s', true, 90m]"), "a NOTINSIDE [1, 1.5f, 1.5dec, \"it's\", true, 1h30m]");
  EXPECT_EQ(written("STRING::LEN(a)"), "string::len(a)");
  EXPECT_EQ(written("d'2024-01-01'"), "d'2024-01-01T00:00:00Z'");
  EXPECT_EQ(written("if a > 1 then 'x' else 'y' end"), "IF a > 1 THEN 'x' ELSE 'y' END");
  EXPECT_EQ(written("IF a > 1 { 'x' } ELSE IF b { 1 } ELSE { 'y' }"), "IF a > 1 { 'x' } ELSE IF b { 1 } ELSE { 'y' }");
}

TEST(Parser, reads_paths) {
  EXPECT_EQ(written("a.b[0].*[$]"), "a.b[0].*[$]");
  EXPECT_EQ(written("a[WHERE b > 1].c"), "a[WHERE b > 1].c");
  EXPECT_EQ(written("a[? b > 1]"), "a[WHERE b > 1]");
  EXPECT_EQ(written("a....b"), "a….b");
  EXPECT_EQ(written("a.`b c`.slice(0, 1)"), "a.`b c`.slice(0, 1)");
  EXPECT_EQ(written("(a + b).to_string()"), "(a + b).to_string()");
}

TEST(Parser, names_what_has_no_alias) {
  EXPECT_THAT(named("a.b[0].c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(named("string::len(title)"), ElementsAre("string::len"));
  EXPECT_THAT(named("score*2"), ElementsAre("score * 2"));
  EXPECT_THAT(named("'x'"), ElementsAre("'x'"));
  EXPECT_THAT(named("$name"), ElementsAre("name"));
  EXPECT_THAT(named("a AS b.c"), ElementsAre("b", "c"));
}

TEST(Parser, takes_keywords_as_names_of_fields) {
  EXPECT_EQ(written("order"), "order");
  EXPECT_EQ(written("a.value + limit"), "a.value + limit");
  EXPECT_THAT(named("a AS from"), ElementsAre("from"));
  EXPECT_EQ(parse_tree("SELECT start, `from` FROM $input ORDER BY start DESC").order.front().descending, true);
}

TEST(Parser, skips_comments) {
  EXPECT_EQ(parse_tree("-- one\nSELECT /* two */ a # three\nFROM $input // four").items.size(), 1u);
}

TEST(Parser, shows_where_a_query_is_wrong) {
  EXPECT_EQ(error_of("SELECT a\nFROM $input\nWHERE a >> 2"),
            "line 3, column 10: expected an expression, found '>'\n"
            "  WHERE a >> 2\n"
            "           ^");
  EXPECT_EQ(error_of("SELECT 'ä', b~c FROM $input"),
            "line 1, column 14: the operator ~ is not in SurrealQL 3; use string::matches or = /a regular expression/\n"
            "  SELECT 'ä', b~c FROM $input\n"
            "               ^");
}

TEST(Parser, names_what_is_missing_and_suggests_what_is_near) {
  for (const auto& [query, words] : {
           std::pair{"", "expected SELECT, found the end of the query"},
           {"SELEC a FROM $input", "'SELEC' is no statement; did you mean SELECT?"},
           {"UPDATE a SET b = 1", "a query over files is SELECT … FROM $input …, not UPDATE"},
           {"SELECT a FORM $input", "expected ',' or FROM, found 'FORM'"},
           {"SELECT a FROM post", "expected $input, which is the records of the files, found 'post'"},
           {"SELECT a FROM ONLY $input", "FROM ONLY gives one record"},
           {"SELECT a FROM $input WHER a", "'WHER' is no clause; did you mean WHERE?"},
           {"SELECT a FROM $input LIMIT 1 ORDER BY a", "ORDER stands too late"},
           {"SELECT a FROM $input FETCH a", "records of a file have no links to follow: FETCH"},
           {"SELECT a FROM $input ORDER BY b", "ORDER BY names 'b', which is not selected"},
           {"SELECT count() FROM $input GROUP BY b", "GROUP BY names 'b', which is not selected"},
           {"SELECT a FROM $input SPLIT a GROUP BY a", "SPLIT and GROUP exclude each other"},
           {"SELECT a < b < c FROM $input", "comparisons in a row have no meaning"},
           {"SELECT a <-1 FROM $input", "no edges to follow with <- (for 'less than minus', write < -)"},
           {"SELECT (SELECT 1) FROM $input", "a query inside a query is not supported"},
           {"SELECT a.map(|$x| $x) FROM $input", "closures and mocks"},
           {"SELECT <itn> a FROM $input", "no cast goes to 'itn'; did you mean int?"},
           {"SELECT 9223372036854775808 FROM $input", "more than an int of 64 bits holds"},
           {"SELECT 1x FROM $input", "'x' cannot follow a number"},
           {"SELECT 'a\\qb' FROM $input", "no such escape"},
           {"SELECT 'a FROM $input", "this string has no end"},
           {"SELECT d'2024-13-01' FROM $input", "'2024-13-01' is no datetime"},
           {"SELECT a[ FROM $input", "expected"},
           {"SELECT a /* b", "this comment has no end"},
       }) {
    EXPECT_THAT(error_of(query), HasSubstr(words)) << query;
  }
}

TEST(Parser, refuses_what_stands_too_deep_or_is_too_long) {
  EXPECT_THAT(error_of("SELECT " + std::string(10'000, '(') + "1" + std::string(10'000, ')') + " FROM $input"), HasSubstr("more than 100 expressions stand in each other"));
  EXPECT_THAT(error_of("SELECT " + std::string(10'000, '[') + " FROM $input"), HasSubstr("more than 100"));
  EXPECT_THAT(error_of("SELECT " + std::string(10'000, '!') + "a FROM $input"), HasSubstr("more than 100"));
  EXPECT_THAT(error_of(std::string(2 << 20, ' ')), HasSubstr("bytes, more than 1048576"));
  std::string sum = "SELECT 1";
  for (int i = 0; i < 900; ++i) sum += " + 1";
  EXPECT_EQ(parse_tree(sum + " FROM $input").items.size(), 1u);
  for (int i = 0; i < 20'000; ++i) sum += " + 1";
  EXPECT_THAT(error_of(sum + " FROM $input"), HasSubstr("more than 1200 operators or steps of a path follow each other"));
  // Wide is not deep.
  std::string array = "SELECT [1";
  for (int i = 0; i < 20'000; ++i) array += ", 1";
  EXPECT_EQ(parse_tree(array + "] FROM $input").items.size(), 1u);
}

TEST(Problem, cuts_a_long_line_around_its_place) {
  const std::string query = std::string(500, 'a') + " ~ " + std::string(500, 'b');
  const std::string shown = to_error({{501, 1}, "here"}, query).message;
  EXPECT_THAT(shown, StartsWith("line 1, column 502: here\n  …aaa"));
  EXPECT_LT(shown.size(), 400u);
}

TEST(Problem, finds_the_nearest_name) {
  const auto names = std::to_array<std::string_view>({"string::upper", "string::len", "math::sum"});
  EXPECT_EQ(nearest_name("string::uper", names), "string::upper");
  EXPECT_EQ(nearest_name("STRING::LNE", names), "string::len");
  EXPECT_EQ(nearest_name("http::get", names), "");
}

}  // namespace
}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::surrealql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Column = Projection::Column;

TEST(ParseSelect, reads_fields_and_their_new_names) {
  const auto query = parse_select("SELECT id, title, body AS content FROM $input");
  ASSERT_TRUE(query);
  EXPECT_FALSE(query->all);
  EXPECT_THAT(query->columns, ElementsAre(Column{"id", "id"}, Column{"title", "title"}, Column{"body", "content"}));
}

TEST(ParseSelect, reads_keywords_in_any_case_names_in_backticks_and_a_semicolon) {
  const auto query = parse_select("  select `odd name` as b,c_1 \n from $input ; ");
  ASSERT_TRUE(query);
  EXPECT_THAT(query->columns, ElementsAre(Column{"odd name", "b"}, Column{"c_1", "c_1"}));
}

TEST(ParseSelect, a_star_keeps_all_fields) {
  const auto query = parse_select("SELECT * FROM $input");
  ASSERT_TRUE(query);
  EXPECT_TRUE(query->all);
}

TEST(ParseSelect, refuses_what_it_does_not_know_and_says_where) {
  for (const auto& [text, words] : {
           std::pair{"", "character 1: expected SELECT, found the end"},
           {"UPDATE a", "character 1: expected SELECT, found 'UPDATE'"},
           {"SELECT FROM $input", "character 8: expected a field's name, found 'FROM'"},
           {"SELECT a, FROM $input", "character 11: expected a field's name"},
           {"SELECT a FROM post", "character 15: expected $input"},
           {"SELECT a AS FROM $input", "expected a name behind AS"},
           {"SELECT a FROM $input WHERE a", "WHERE is not supported yet"},
           {"SELECT a.b FROM $input", "character 9: expected ',' or FROM, found '.'"},
           {"SELECT count() FROM $input", "expected ',' or FROM, found '('"},
           {"SELECT a, b AS a FROM $input", "the name 'a' stands twice"},
           {"SELECT *, a FROM $input", "'*' stands alone"},
           {"SELECT `a FROM $input", "expected"},
       }) {
    const auto query = parse_select(text);
    ASSERT_FALSE(query) << text;
    EXPECT_EQ(query.error().code, Code::invalid_argument);
    EXPECT_THAT(query.error().message, HasSubstr(words)) << text;
  }
}

}  // namespace
}  // namespace millrace::surrealql

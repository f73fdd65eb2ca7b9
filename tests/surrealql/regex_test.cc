// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/regex.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::surrealql {
namespace {

TEST(Regex, is_found_anywhere) {
  const auto regex = Regex::compile("a+b");
  ASSERT_TRUE(regex);
  EXPECT_TRUE((*regex)->matches("xxaab"));
  EXPECT_FALSE((*regex)->matches("ba"));
  EXPECT_EQ((*regex)->pattern(), "a+b");
}

TEST(Regex, says_what_is_wrong) {
  const auto regex = Regex::compile("(a");
  ASSERT_FALSE(regex);
  EXPECT_EQ(regex.error().message, "'(a' is no regular expression: missing ): (a");
  EXPECT_EQ(Regex::cached("(a"), nullptr);
}

TEST(Regex, is_compiled_once_while_it_is_in_use) {
  const Regex* const first = Regex::cached("a");
  for (std::size_t i = 0; i < Regex::cached_max - 1; ++i) Regex::cached("b" + std::to_string(i));
  EXPECT_EQ(Regex::cached("a"), first);
  EXPECT_TRUE(first->matches("cat"));
}

// The values of casts are kept: as keys of groups, and by other threads.
TEST(Regex, that_is_a_value_stays) {
  const Regex* const first = Regex::kept("kept");
  for (std::size_t i = 1; i < Regex::kept_max; ++i) Regex::kept("kept" + std::to_string(i));
  EXPECT_EQ(Regex::kept("kept"), first);
  EXPECT_TRUE(first->matches("it is kept"));
  EXPECT_EQ(Regex::kept("(a"), nullptr);
  EXPECT_EQ(Regex::kept("one more"), nullptr);
  EXPECT_NE(Regex::kept("one more", true), nullptr);
}

}  // namespace
}  // namespace millrace::surrealql

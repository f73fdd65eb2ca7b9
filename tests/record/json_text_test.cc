// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json_text.h"

#include <gtest/gtest.h>

#include "random_value.h"

namespace millrace {
namespace {

TEST(SkipJsonString, finds_the_end_of_strings_of_every_length) {
  for (std::size_t length = 0; length <= 70; ++length) {
    for (const std::string_view behind : {"", ",", "\"tail that is longer than one vector\""}) {
      const std::string quoted = '"' + std::string(length, 'x') + '"';
      EXPECT_EQ(skip_json_string(quoted + std::string(behind)), quoted.size());
      for (std::size_t at = 0; at < length; ++at) {
        for (const char* escape : {"\\\"", "\\\\"}) {
          std::string escaped = quoted;
          escaped.replace(at + 1, 1, escape);
          ASSERT_EQ(skip_json_string(escaped + std::string(behind)), escaped.size()) << escaped;
        }
      }
    }
  }
}

TEST(SkipJsonValue, finds_the_end_of_any_value) {
  test::Random random;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = test::loosely_written(random, test::random_json_value(random));
    text.erase(0, text.find_first_not_of(" \t\r\n"));
    for (const std::string_view behind : {"", ",1", "]", "}", " \"x\""}) {
      ASSERT_EQ(skip_json_value(text + std::string(behind)), text.size()) << text << behind;
    }
  }
}

TEST(ShowJson, cuts_a_long_value_between_two_characters) {
  EXPECT_EQ(show_json("7"), "7");
  EXPECT_EQ(show_json(std::string(60, 'x')), std::string(60, 'x'));
  EXPECT_EQ(show_json(std::string(61, 'x')), std::string(60, 'x') + "…");
  EXPECT_EQ(show_json(std::string(59, 'x') + "é"), std::string(59, 'x') + "…");
  EXPECT_EQ(show_json(std::string(58, 'x') + "éé"), std::string(58, 'x') + "é…");
}

}  // namespace
}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/table_layout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::pipeline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string whole(TableLayout table, std::string_view rows) {
  std::string out = table.add(rows);
  return out + table.end();
}

TEST(TableLayout, aligns_texts_to_the_left_and_numbers_to_the_right) {
  EXPECT_EQ(whole(TableLayout(std::nullopt), "\x1ftitle\x1fn\n\x1f" "a\x1e" "5\n\x1flonger\x1e" "1234\n\x1f\x1f\n"),
            "title      n\n"
            "------  ----\n"
            "a          5\n"
            "longer  1234\n"
            "\n");
}

TEST(TableLayout, counts_columns_of_the_terminal_not_bytes) {
  EXPECT_EQ(whole(TableLayout(std::nullopt), "\x1fw\x1fx\n\x1f日本\x1f|\n\x1f" "e\u0301" "\x1f|\n\x1f" "abcd" "\x1f|\n"),
            "w     x\n"
            "----  -\n"
            "日本  |\n"
            "e\u0301     |\n"
            "abcd  |\n");
}

TEST(TableLayout, a_column_with_a_text_in_it_is_text) {
  EXPECT_EQ(whole(TableLayout(std::nullopt), "\x1fn\x1fz\n\x1e" "1\x1f|\n\x1fnone\x1f|\n"), "n     z\n----  -\n1     |\nnone  |\n");
}

TEST(TableLayout, cuts_what_a_terminal_is_too_narrow_for) {
  const std::string rows = "\x1f" "a\x1f" "b\n\x1f" + std::string(30, 'x') + "\x1fyyyy\n\x1f" + std::string(15, 'z') + "日本語\x1f\n";
  EXPECT_EQ(whole(TableLayout(24), rows),
            "a                   b\n"
            "------------------  ----\n"
            "xxxxxxxxxxxxxxxxx…  yyyy\n"
            "zzzzzzzzzzzzzzz日…\n");
  EXPECT_THAT(whole(TableLayout(std::nullopt), rows), HasSubstr(std::string(30, 'x') + "  yyyy\n"));
}

TEST(TableLayout, shows_rows_once_the_first_thousand_are_there_and_goes_on_with_their_widths) {
  TableLayout table(std::nullopt);
  EXPECT_EQ(table.add("\x1fname\x1fn\n"), "");
  std::string shown;
  for (int i = 0; i < 999; ++i) shown += table.add(fmt::format("\x1fx\x1e{}\n", i));
  EXPECT_EQ(shown, "");
  shown = table.add("\x1fx\x1e" "999\n");
  EXPECT_THAT(shown, StartsWith("name    n\n----  ---\nx       0\n"));
  EXPECT_EQ(table.add("\x1flonger than name\x1e" "12345\n\x1fx\x1e" "1\n"), "longer than name  12345\nx       1\n");
  EXPECT_EQ(table.end(), "");
}

TEST(TableLayout, of_no_columns_is_nothing) { EXPECT_EQ(whole(TableLayout(80), ""), ""); }

TEST(TableLayout, of_no_rows_is_its_header) { EXPECT_EQ(whole(TableLayout(80), "\x1f" "a\x1f" "bc\n"), "a  bc\n-  --\n"); }

}  // namespace
}  // namespace millrace::pipeline

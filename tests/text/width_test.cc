// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/width.h"

#include <gtest/gtest.h>

namespace millrace::text {
namespace {

TEST(Width, is_one_for_most_two_for_wide_and_none_for_combining_characters) {
  EXPECT_EQ(width(""), 0u);
  EXPECT_EQ(width("abc"), 3u);
  EXPECT_EQ(width("naïve"), 5u);
  EXPECT_EQ(width("nai\u0308ve"), 5u);
  EXPECT_EQ(width("日本"), 4u);
  EXPECT_EQ(width("ｆｕｌｌ"), 8u);
  EXPECT_EQ(width("😀"), 2u);
  EXPECT_EQ(width("한"), 2u);
  EXPECT_EQ(width("\u1112\u1161\u11ab"), 2u);  // the same of its parts
  EXPECT_EQ(width("a\u200bb"), 2u);
  EXPECT_EQ(width("\xff"), 1u);
}

TEST(CutToWidth, ends_between_characters) {
  EXPECT_EQ(cut_to_width("abc", 2), "ab");
  EXPECT_EQ(cut_to_width("日本", 3), "日");
  EXPECT_EQ(cut_to_width("日本", 4), "日本");
  EXPECT_EQ(cut_to_width("e\u0301x", 1), "e\u0301");
  EXPECT_EQ(cut_to_width("abc", 0), "");
}

}  // namespace
}  // namespace millrace::text

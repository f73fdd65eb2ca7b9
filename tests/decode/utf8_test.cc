// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/utf8.h"

#include <gmock/gmock.h>

#include "millrace/base/newlines.h"
#include "millrace/decode/line_count.h"
#include "support/random.h"

namespace millrace::decode {
namespace {

TEST(Utf8Test, finds_the_first_byte_of_what_is_no_utf8) {
  EXPECT_EQ(find_invalid_utf8(""), 0u);
  EXPECT_EQ(find_invalid_utf8("aé€😀\x7f"), 11u);
  EXPECT_EQ(find_invalid_utf8("aé\xff"), 3u);
  EXPECT_EQ(find_invalid_utf8("ab\xe2\x82"), 2u);
}

// Every sequence of up to two bytes, and the edges of the longer ones, judged as simdjson judges them.
TEST(Utf8Test, agrees_with_simdjson_on_every_edge) {
  const std::string edges =
      "\x01\x41\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff";
  for (const char a : edges) {
    for (const char b : edges) {
      for (const char c : edges) {
        for (const char d : edges) {
          const std::string text{a, b, c, d};
          for (std::size_t size = 1; size <= text.size(); ++size) {
            const std::string_view part = std::string_view(text).substr(0, size);
            ASSERT_EQ(find_invalid_utf8(part) == part.size(), is_utf8(part)) << ::testing::PrintToString(part);
          }
        }
      }
    }
  }
}

TEST(LineCountTest, counts_like_a_loop) {
  test::Random random;
  for (std::size_t round = 0; round < 300; ++round) {
    std::string text;
    for (std::size_t size = random.below(9000); size != 0; --size) text += random.any_of("\n\nx\r");
    if (text.ends_with('\r')) text += 'x';
    std::uint64_t newlines = 0;
    std::uint64_t any = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      newlines += text[at] == '\n';
      any += text[at] == '\n' || (text[at] == '\r' && text[at + 1] != '\n');
    }
    ASSERT_EQ(count_newlines(text), newlines);
    ASSERT_EQ(count_any_newlines(text), any);
  }
}

}  // namespace
}  // namespace millrace::decode

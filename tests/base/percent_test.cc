// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/percent.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using namespace std::string_literals;

TEST(PercentDecode, decodes_what_is_encoded_and_leaves_the_rest) {
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("plain-._~!$&'()*+,;=:@/?#[]"), "plain-._~!$&'()*+,;=:@/?#[]");
  EXPECT_EQ(percent_decode("a%2Fb%2fc"), "a/b/c");
  EXPECT_EQ(percent_decode("100%25"), "100%");
  EXPECT_EQ(percent_decode("%D0%BA%d0%bb"), "кл");
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("ключ"), "ключ");
}

TEST(PercentDecode, every_byte_comes_back) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string text = {'%', digits[byte >> 4], digits[byte & 0xf]};
    EXPECT_EQ(percent_decode("x" + text + "y"), "x" + std::string(1, static_cast<char>(byte)) + "y") << text;
  }
}

TEST(PercentDecode, a_nul_and_what_is_not_utf8_are_bytes_like_others) {
  EXPECT_EQ(percent_decode("a%00b"), "a\0b"s);
  EXPECT_EQ(percent_decode("%c0%af"), "\xc0\xaf");
  EXPECT_EQ(percent_decode("%ff"), "\xff");
}

TEST(PercentDecode, refuses_an_escape_that_is_none) {
  for (const char* text : {"%", "a%", "%4", "a%4", "%zz", "%4g", "%g4", "%%41", "% 41", "%+1", "%-1", "%0x41", "%u0041", "%4%31", "%é0"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
}

TEST(Percent, what_is_encoded_is_decoded_again) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string encoded;
  append_percent_encoded(encoded, all);
  EXPECT_EQ(percent_decode(encoded), all);
  std::string text;
  append_percent_encoded(text, "a-Z_0.~/ %");
  EXPECT_EQ(text, "a-Z_0.~%2F%20%25");
}

}  // namespace
}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/bytes.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(ParseBytes, reads_a_number_with_and_without_a_unit) {
  EXPECT_EQ(parse_bytes("0"), 0u);
  EXPECT_EQ(parse_bytes("4096"), 4096u);
  EXPECT_EQ(parse_bytes("3KiB"), 3u << 10);
  EXPECT_EQ(parse_bytes("128MiB"), 128u << 20);
  EXPECT_EQ(parse_bytes("2GiB"), 2ull << 30);
}

TEST(ParseBytes, takes_what_fits_63_bits_and_no_more) {
  EXPECT_EQ(parse_bytes("9223372036854775807"), 9223372036854775807u);
  EXPECT_EQ(parse_bytes("8589934591GiB"), 8589934591ull << 30);
  for (const char* text : {"9223372036854775808", "8589934592GiB", "18446744073709551615GiB", "99999999999999999999"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

TEST(ParseBytes, refuses_what_is_no_size_and_says_how_to_write_one) {
  for (const char* text : {"", "MiB", "-1", "+1", "1.5MiB", "1 MiB", " 1", "1 ", "1mib", "1MB", "1K", "1KiBB", "0x10"}) {
    const auto size = parse_bytes(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().code, Code::invalid_argument);
    EXPECT_EQ(size.error().message, "'" + std::string(text) + "' is no size: write N, NKiB, NMiB or NGiB");
  }
}

TEST(FormatBytes, chooses_the_unit) {
  EXPECT_EQ(format_bytes(0), "0 bytes");
  EXPECT_EQ(format_bytes(1023), "1023 bytes");
  EXPECT_EQ(format_bytes(1024), "1.0 KiB");
  EXPECT_EQ(format_bytes(18'140'365), "17.3 MiB");
  EXPECT_EQ(format_bytes(5ull << 30), "5.00 GiB");
}

TEST(FormatCount, groups_digits_by_three) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
  EXPECT_EQ(format_count(18446744073709551615u), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace millrace

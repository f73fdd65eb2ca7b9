// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace millrace::telemetry::detail {
namespace {

std::string bound(double value) {
  std::string out;
  append_bound(value, out);
  return out;
}

std::string value_text(double value) {
  std::string out;
  append_value(value, out);
  return out;
}

std::string escaped(std::string_view text, Escape escape) {
  std::string out;
  append_escaped(text, escape, out);
  return out;
}

// The numbers that OpenMetrics lists under "Considerations: Canonical Numbers".
TEST(Text, writes_bounds_as_openmetrics_lists_them) {
  EXPECT_EQ(bound(0), "0.0");
  EXPECT_EQ(bound(0.001), "0.001");
  EXPECT_EQ(bound(0.002), "0.002");
  EXPECT_EQ(bound(0.01), "0.01");
  EXPECT_EQ(bound(0.1), "0.1");
  EXPECT_EQ(bound(0.9), "0.9");
  EXPECT_EQ(bound(0.95), "0.95");
  EXPECT_EQ(bound(0.999), "0.999");
  EXPECT_EQ(bound(1), "1.0");
  EXPECT_EQ(bound(1.7), "1.7");
  EXPECT_EQ(bound(10), "10.0");
  const char* powers[] = {"1e-10",   "1e-09",    "1e-08", "1e-07", "1e-06", "1e-05", "0.0001",
                          "0.001",   "0.01",     "0.1",   "1.0",   "10.0",  "100.0", "1000.0",
                          "10000.0", "100000.0", "1e+06", "1e+07", "1e+08", "1e+09", "1e+10"};
  for (int power = -10; power <= 10; ++power) EXPECT_EQ(bound(std::stod("1e" + std::to_string(power))), powers[power + 10]);
  EXPECT_EQ(bound(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(Text, writes_other_bounds_as_go_does) {
  EXPECT_EQ(bound(999'999), "999999.0");
  EXPECT_EQ(bound(1'234'567), "1.234567e+06");
  EXPECT_EQ(bound(2.5e6), "2.5e+06");
  EXPECT_EQ(bound(0.00025), "0.00025");
  EXPECT_EQ(bound(0.000025), "2.5e-05");
  EXPECT_EQ(bound(0.00009999), "9.999e-05");
  EXPECT_EQ(bound(1e100), "1e+100");
  EXPECT_EQ(bound(-0.5), "-0.5");
}

TEST(Text, writes_values_that_read_back_as_the_same) {
  for (const double value : {0.1, 1e23, 5e-324, 1.7976931348623157e308, 123456789.123, -1.0 / 3}) {
    EXPECT_EQ(std::strtod(value_text(value).c_str(), nullptr), value);
  }
  EXPECT_EQ(value_text(1), "1");
  EXPECT_EQ(value_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(value_text(-std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(value_text(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(value_text(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(Text, writes_times_in_seconds) {
  std::string out;
  append_seconds(Timestamp(std::chrono::milliseconds(1'732'539'870'007)), out);
  EXPECT_EQ(out, "1732539870.007");
}

TEST(Text, escapes_each_character_once) {
  EXPECT_EQ(escaped("a\\b\"c\nd", Escape::and_quote), "a\\\\b\\\"c\\nd");
  EXPECT_EQ(escaped("a\\b\"c\nd", Escape::backslash_and_newline), "a\\\\b\"c\\nd");
  // What looks escaped already is not: two texts never look the same.
  EXPECT_EQ(escaped("\\n", Escape::and_quote), "\\\\n");
  EXPECT_EQ(escaped("\\\\", Escape::and_quote), "\\\\\\\\");
  EXPECT_EQ(escaped("\r\t\x01 ü", Escape::and_quote), "\r\t\x01 ü");
}

TEST(Text, replaces_what_is_not_utf_8) {
  EXPECT_EQ(to_utf8(""), "");
  EXPECT_EQ(to_utf8("ü 日本語 😀"), "ü 日本語 😀");
  for (const char* bad : {"\xff", "\x80", "\xc0", "\xc1", "\xc3", "\xf5", "\xf4"}) EXPECT_EQ(to_utf8(bad), "\ufffd") << bad;
  EXPECT_EQ(to_utf8(std::string_view("a\0b", 3)), "a\ufffdb");
  EXPECT_EQ(to_utf8("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");  // a surrogate
  EXPECT_EQ(to_utf8("\xe0\x80\x80"), "\ufffd\ufffd\ufffd");  // overlong
  EXPECT_EQ(to_utf8("\xf0\x80\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(to_utf8("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");  // past U+10FFFF
  EXPECT_EQ(to_utf8("\xe6\x97x"), "\ufffd\ufffdx");
  EXPECT_EQ(to_utf8("\xf4\x8f\xbf\xbf"), "\U0010ffff");
}

}  // namespace
}  // namespace millrace::telemetry::detail

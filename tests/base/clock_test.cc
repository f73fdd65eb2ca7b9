// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/clock.h"

#include <gtest/gtest.h>

#include "support/random.h"

namespace millrace {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr Timestamp noon = sys_days(year(2024) / 5 / 1) + 12h;

TEST(ParseRfc3339, reads_utc) {
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00Z"), noon);
  EXPECT_EQ(parse_rfc3339("2024-05-01t12:00:00z"), noon);
  EXPECT_EQ(parse_rfc3339("2024-05-01 12:00:00Z"), noon);
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), Timestamp());
}

TEST(ParseRfc3339, takes_offsets_off) {
  EXPECT_EQ(parse_rfc3339("2024-05-01T14:00:00+02:00"), noon);
  EXPECT_EQ(parse_rfc3339("2024-05-01T08:30:00-03:30"), noon);
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00-00:00"), noon);
  EXPECT_EQ(parse_rfc3339("2024-05-02T11:59:00+23:59"), noon);
  EXPECT_EQ(parse_rfc3339("2024-12-31T23:30:00-01:00"), sys_days(year(2025) / 1 / 1) + 30min);
}

TEST(ParseRfc3339, reads_fractions_to_the_nanosecond_and_cuts_the_rest) {
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00.5Z"), noon + 500ms);
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00.001Z"), noon + 1ms);
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00.123456789Z"), noon + 123456789ns);
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00.1234567899Z"), noon + 123456789ns);
  EXPECT_EQ(parse_rfc3339("2024-05-01T12:00:00." + std::string(100, '0') + "Z"), noon);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.250Z"), Timestamp(-750ms));
}

TEST(ParseRfc3339, knows_leap_days) {
  EXPECT_TRUE(parse_rfc3339("2024-02-29T00:00:00Z"));
  EXPECT_TRUE(parse_rfc3339("2000-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2023-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("1900-02-29T00:00:00Z"));
}

TEST(ParseRfc3339, reads_a_leap_second_as_the_second_behind_it) {
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), sys_days(year(2017) / 1 / 1));
}

TEST(ParseRfc3339, refuses_times_that_do_not_exist) {
  for (const char* text : {"2024-00-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-04-31T00:00:00Z", "2024-05-00T00:00:00Z",
                           "2024-05-01T24:00:00Z", "2024-05-01T12:60:00Z", "2024-05-01T12:00:61Z",
                           "2024-05-01T12:00:00+24:00", "2024-05-01T12:00:00+02:60"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(ParseRfc3339, refuses_any_other_text) {
  for (const char* text : {"",
                           "2024",
                           "2024-05-01",
                           "2024-05-01T12:00:00",
                           "2024-05-01T12:00Z",
                           "2024-05-01T12:00:00.Z",
                           "2024-05-01X12:00:00Z",
                           "2024-05-01T12:00:00ZZ",
                           " 2024-05-01T12:00:00Z",
                           "2024-05-01T12:00:00Z ",
                           "24-05-01T12:00:00Z",
                           "2024-5-1T12:00:00Z",
                           "2024/05/01T12:00:00Z",
                           "+2024-05-01T12:00:00Z",
                           "2024-05-01T12:00:00+0200",
                           "2024-05-01T12:00:00+02",
                           "2024-05-01T12:00:00,5Z",
                           "2024-05-01T12:00:00.5",
                           "20240501T120000Z",
                           "1714564800",
                           "-024-05-01T12:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(ParseRfc3339, refuses_years_that_a_timestamp_does_not_hold) {
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("1678-01-01T00:00:00+23:59")), "1677-12-31T00:01:00Z");
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2261-12-31T23:59:60-23:59")), "2262-01-01T23:59:00Z");
  EXPECT_FALSE(parse_rfc3339("1677-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_rfc3339("2262-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("0000-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59Z"));
}

TEST(FormatRfc3339, always_shows_24_characters_with_milliseconds) {
  EXPECT_EQ(format_rfc3339_milliseconds(noon), "2024-05-01T12:00:00.000Z");
  EXPECT_EQ(format_rfc3339_milliseconds(noon + 7ms + 999'999ns), "2024-05-01T12:00:00.007Z");
  EXPECT_EQ(format_rfc3339_milliseconds(Timestamp(-1ns)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339_milliseconds(Timestamp::min()), "1677-09-21T00:12:43.145Z");
  EXPECT_EQ(format_rfc3339_milliseconds(Timestamp::max()), "2262-04-11T23:47:16.854Z");
}

TEST(FormatRfc3339, shows_as_many_fraction_digits_as_the_time_has) {
  EXPECT_EQ(format_rfc3339(noon), "2024-05-01T12:00:00Z");
  EXPECT_EQ(format_rfc3339(noon + 120ms), "2024-05-01T12:00:00.120Z");
  EXPECT_EQ(format_rfc3339(noon + 1us), "2024-05-01T12:00:00.000001Z");
  EXPECT_EQ(format_rfc3339(noon + 1ns), "2024-05-01T12:00:00.000000001Z");
  EXPECT_EQ(format_rfc3339(Timestamp(-1ns)), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_rfc3339(Timestamp::min()), "1677-09-21T00:12:43.145224192Z");
}

TEST(FormatRfc3339, is_what_parsing_reads_back) {
  test::Random random;
  const std::int64_t year_ns = std::chrono::nanoseconds(std::chrono::years(1)).count();
  for (int i = 0; i < 10'000; ++i) {
    const auto years = static_cast<std::int64_t>(random.below(580)) - 290;
    const Timestamp time(std::chrono::nanoseconds(years * year_ns + static_cast<std::int64_t>(random.below(1ull << 54))));
    ASSERT_EQ(parse_rfc3339(format_rfc3339(time)), time);
    ASSERT_EQ(parse_rfc3339(format_rfc3339_milliseconds(time)), std::chrono::floor<std::chrono::milliseconds>(time));
  }
}

TEST(SystemClock, goes_with_the_systems) {
  const auto before = std::chrono::system_clock::now();
  const Timestamp now = Clock::system().now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace millrace

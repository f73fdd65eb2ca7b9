// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "millrace/record/json.h"
#include "support/random.h"

namespace millrace {
namespace {

TEST(ParseDuration, reads_every_unit) {
  EXPECT_EQ(parse_duration("1ns"), (Duration{0, 1}));
  EXPECT_EQ(parse_duration("1us"), (Duration{0, 1'000}));
  EXPECT_EQ(parse_duration("1\u00b5s"), (Duration{0, 1'000}));
  EXPECT_EQ(parse_duration("1\u03bcs"), (Duration{0, 1'000}));
  EXPECT_EQ(parse_duration("1ms"), (Duration{0, 1'000'000}));
  EXPECT_EQ(parse_duration("1s"), (Duration{1, 0}));
  EXPECT_EQ(parse_duration("1m"), (Duration{60, 0}));
  EXPECT_EQ(parse_duration("1h"), (Duration{3'600, 0}));
  EXPECT_EQ(parse_duration("1d"), (Duration{86'400, 0}));
  EXPECT_EQ(parse_duration("1w"), (Duration{604'800, 0}));
  EXPECT_EQ(parse_duration("1y"), (Duration{31'536'000, 0}));
}

TEST(ParseDuration, adds_up_a_chain) {
  EXPECT_EQ(parse_duration("1h30m"), (Duration{5'400, 0}));
  EXPECT_EQ(parse_duration("1d12h5s100ms"), (Duration{129'605, 100'000'000}));
  EXPECT_EQ(parse_duration("1500ms500ms"), (Duration{2, 0}));
  EXPECT_EQ(parse_duration("0s"), (Duration{0, 0}));
}

TEST(ParseDuration, refuses_any_other_text) {
  for (const char* text : {"", "1", "h", "1 h", "-1h", "+1h", "1.5h", "1h ", "1x", "1hh", "1h30", "1H", "PT1H", "1e3s"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_EQ(duration.error().code, Code::invalid_record);
  }
}

TEST(ParseDuration, takes_what_63_bits_of_seconds_hold_and_no_more) {
  EXPECT_EQ(parse_duration("9223372036854775807s"), (Duration{9223372036854775807u, 0}));
  for (const char* text :
       {"9223372036854775808s", "18446744073709551615y", "18446744073709551616ns", "9223372036854775807s1000ms"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(DurationText, shows_the_largest_units_first) {
  EXPECT_EQ(to_string(Duration{}), "0ns");
  EXPECT_EQ(to_string(Duration{5'400, 0}), "1h30m");
  EXPECT_EQ(to_string(Duration{31'536'000 + 604'800 + 86'400 + 3'600 + 60 + 1, 1'001'001}), "1y1w1d1h1m1s1ms1µs1ns");
}

TEST(DurationText, is_what_parsing_reads_back) {
  test::Random random;
  for (int i = 0; i < 3'000; ++i) {
    const Duration duration{random.bits() >> (1 + random.below(63)),
                            static_cast<std::uint32_t>(random.below(1'000'000'000))};
    ASSERT_EQ(parse_duration(to_string(duration)), duration) << to_string(duration);
  }
}

}  // namespace
}  // namespace millrace

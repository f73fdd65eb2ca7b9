// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/text_forms.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>

#include "millrace/base/clock.h"
#include "support/random.h"

namespace millrace::surrealql {
namespace {

template <typename... Arguments>
std::string text(void (*append)(std::string&, Arguments...), std::type_identity_t<Arguments>... arguments) {
  std::string out;
  append(out, arguments...);
  return out;
}

TEST(TextForms, floats_never_have_an_exponent_and_come_back) {
  millrace::test::Random random;
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(random.bits());
    if (!std::isfinite(value)) continue;
    const std::string form = text(append_real, value);
    ASSERT_EQ(form.find('e'), std::string::npos);
    ASSERT_EQ(std::strtod(form.c_str(), nullptr), value) << form;
  }
  EXPECT_EQ(text(append_real, 0.3), "0.3");
  EXPECT_EQ(text(append_real, 100.0), "100");
  EXPECT_EQ(text(append_real, 1e-7), "0.0000001");
  EXPECT_EQ(text(append_real, 1234.5), "1234.5");
  // Between two forms that are as short: the engine's choice.
  EXPECT_EQ(text(append_real, 201070743667671.125), "201070743667671.13");
  EXPECT_EQ(text(append_real, 1463695684375351.75), "1463695684375351.8");
}

TEST(TextForms, datetimes_agree_with_chrono_and_come_back) {
  millrace::test::Random random;
  for (int i = 0; i < 20'000; ++i) {
    const auto seconds = static_cast<std::int64_t>(random.bits()) >> (31 + random.below(20));
    const auto nanoseconds = static_cast<std::uint32_t>(random.below(1'000'000'000));
    const std::string form = text(append_datetime, seconds, nanoseconds);
    ASSERT_EQ(form, format_rfc3339(Timestamp(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds))));
    const auto back = parse_datetime(form);
    ASSERT_TRUE(back);
    ASSERT_EQ(back->seconds, seconds);
    ASSERT_EQ(back->nanoseconds, nanoseconds);
  }
  EXPECT_EQ(text(append_datetime, datetime_seconds_min, 0), "-262143-01-01T00:00:00Z");
  EXPECT_EQ(text(append_datetime, datetime_seconds_max, 0), "+262142-12-31T23:59:59Z");
  for (std::int64_t seconds : {datetime_seconds_min, datetime_seconds_max, std::int64_t{-62'167'219'200}, std::int64_t{253'402'300'800}}) {
    std::string form = text(append_datetime, seconds, 0);
    const auto back = parse_datetime(form);
    ASSERT_TRUE(back) << form;
    EXPECT_EQ(back->seconds, seconds) << form;
  }
}

TEST(TextForms, durations_come_back) {
  millrace::test::Random random;
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t seconds = random.bits() >> random.below(64);
    const auto nanoseconds = static_cast<std::uint32_t>(random.below(1'000'000'000));
    const auto back = parse_duration_text(text(append_duration, seconds, nanoseconds));
    ASSERT_TRUE(back);
    ASSERT_EQ(back->seconds, seconds);
    ASSERT_EQ(back->nanoseconds, nanoseconds);
  }
  for (const char* const wrong : {"", "1", "h", "1h ", "-1h", "1.5h", "18446744073709551616s", "1x", "18446744073709551615s1000ms"}) {
    EXPECT_FALSE(parse_duration_text(wrong)) << wrong;
  }
}

TEST(TextForms, what_the_engine_rounds_to_a_leap_second_is_the_next_second) {
  EXPECT_EQ(parse_datetime("2020-01-01T00:00:59.9999999999Z")->seconds, 1'577'836'860);
  EXPECT_FALSE(parse_datetime("2020-01-01T00:00:58.9999999999Z"));
}

}  // namespace
}  // namespace millrace::surrealql

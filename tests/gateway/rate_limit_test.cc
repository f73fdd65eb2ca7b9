// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/rate_limit.h"

#include <gmock/gmock.h>

namespace millrace::gateway {
namespace {

using ::testing::Optional;
using std::chrono::milliseconds;
using std::chrono::seconds;

Token token(std::uint32_t records, std::uint32_t in_seconds = 1, std::string name = "a") {
  Token made;
  made.name = std::move(name);
  made.rate = Rate{records, in_seconds};
  return made;
}

class RateLimitsTest : public ::testing::Test {
 protected:
  // How many single records are let through now.
  int burst(const Token& of) {
    int passed = 0;
    for (; passed < 1'000'000 && !limits_.wait(of, now_); ++passed) limits_.take(of, 1, now_);
    return passed;
  }

  RateLimits limits_;
  RateLimits::Instant now_{std::chrono::hours(1)};
};

TEST_F(RateLimitsTest, lets_a_second_s_worth_through_at_once_and_then_the_rate) {
  const Token t = token(100);
  EXPECT_EQ(burst(t), 100);
  EXPECT_THAT(limits_.wait(t, now_), Optional(seconds(1)));
  now_ += milliseconds(10);
  EXPECT_EQ(burst(t), 1);
  now_ += milliseconds(250);
  EXPECT_EQ(burst(t), 25);
  now_ += seconds(60);
  EXPECT_EQ(burst(t), 100) << "no more is saved up";
}

TEST_F(RateLimitsTest, says_how_long_to_wait) {
  const Token t = token(6, 60);
  EXPECT_EQ(burst(t), 6);
  EXPECT_THAT(limits_.wait(t, now_), Optional(seconds(10)));
  now_ += milliseconds(9'500);
  EXPECT_THAT(limits_.wait(t, now_), Optional(seconds(1)));
  now_ += milliseconds(500);
  EXPECT_EQ(limits_.wait(t, now_), std::nullopt);
}

TEST_F(RateLimitsTest, takes_a_large_request_in_advance) {
  const Token t = token(10);
  ASSERT_FALSE(limits_.wait(t, now_));
  limits_.take(t, 50, now_);  // 40 too many
  EXPECT_THAT(limits_.wait(t, now_), Optional(seconds(5)));
  now_ += seconds(5);
  EXPECT_EQ(burst(t), 10);
  limits_.take(t, 1'000'000'000, now_);
  EXPECT_THAT(limits_.wait(t, now_), Optional(seconds(86'400)));
}

TEST_F(RateLimitsTest, does_not_limit_who_has_no_rate) {
  Token t;
  t.name = "free";
  limits_.take(t, 1'000'000, now_);
  EXPECT_EQ(limits_.wait(t, now_), std::nullopt);
}

TEST_F(RateLimitsTest, keeps_what_a_name_has_used_up_over_a_reload) {
  EXPECT_EQ(burst(token(10)), 10);
  EXPECT_EQ(burst(token(10, 1, "b")), 10);
  const std::string digest(64, '1');
  const std::string other(64, '2');
  limits_.keep_only(*Tokens::parse("a sha256:" + digest + " all * 1000/s\nc sha256:" + other + " all *", ""));
  EXPECT_EQ(burst(token(1000)), 0) << "a is there still, with another rate";
  EXPECT_EQ(burst(token(10, 1, "b")), 10) << "b was gone";
  now_ += milliseconds(100);
  EXPECT_EQ(burst(token(1000)), 100);
}

TEST_F(RateLimitsTest, is_not_led_astray_by_a_clock_that_stands_or_goes_back) {
  const Token t = token(1);
  EXPECT_EQ(burst(t), 1);
  now_ -= seconds(30);
  EXPECT_THAT(limits_.wait(t, now_), Optional(seconds(1)));
  now_ += seconds(31);
  EXPECT_EQ(burst(t), 1);
}

}  // namespace
}  // namespace millrace::gateway

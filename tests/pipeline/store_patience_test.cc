// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/store_patience.h"

#include <gmock/gmock.h>

#include <vector>

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Notices final : Progress {
  void update(const ProgressState&) override {}
  void finish(const ProgressState&) override {}
  void notice(std::string_view line) override {
    lines.emplace_back(line);
    if (stops != nullptr) stops->request_stop();
  }
  std::stop_source* stops = nullptr;
  std::vector<std::string> lines;
};

class StorePatienceTest : public ::testing::Test {
 protected:
  // Fails so many times with the code, and succeeds then.
  Result<int> try_store(Code code, int failures, std::chrono::milliseconds wait) {
    StorePatience patience(wait, stop.get_token(), notices);
    return patience.until_it_answers([&]() -> Result<int> {
      if (++attempts <= failures) return fail(code, "no");
      return attempts;
    });
  }
  Notices notices;
  std::stop_source stop;
  int attempts = 0;
};

TEST_F(StorePatienceTest, says_nothing_of_a_store_that_answers) {
  EXPECT_EQ(try_store(Code::unavailable, 0, 1h), 1);
  EXPECT_THAT(notices.lines, IsEmpty());
}

TEST_F(StorePatienceTest, tells_once_that_it_waits_and_once_that_it_is_over) {
  EXPECT_EQ(try_store(Code::unavailable, 3, 1h), 4);
  EXPECT_THAT(notices.lines, ElementsAre("store does not answer: no; waiting up to 3600 s", "the store answers again"));
}

TEST_F(StorePatienceTest, a_conflict_is_tried_again_without_a_word) {
  EXPECT_EQ(try_store(Code::conflict, 2, 1h), 3);
  EXPECT_THAT(notices.lines, IsEmpty());
}

TEST_F(StorePatienceTest, what_waiting_does_not_mend_ends_at_once) {
  for (const Code code : {Code::unauthorized, Code::forbidden, Code::invalid_argument, Code::refused, Code::io, Code::not_found}) {
    attempts = 0;
    EXPECT_EQ(try_store(code, 1, 1h).error().code, code);
    EXPECT_EQ(attempts, 1);
  }
  EXPECT_THAT(notices.lines, IsEmpty());
}

TEST_F(StorePatienceTest, gives_up_after_its_time_in_the_stores_words) {
  const auto begun = std::chrono::steady_clock::now();
  const Result<int> result = try_store(Code::unavailable, 1000, 300ms);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 300ms);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::unavailable);
  EXPECT_EQ(result.error().message, "no; waited 0.3 s for the store (--wait)");
  EXPECT_GE(attempts, 3);
  EXPECT_LE(attempts, 8);  // the pauses grow
}

TEST_F(StorePatienceTest, no_time_is_one_attempt) {
  EXPECT_EQ(try_store(Code::unavailable, 1, 0ms).error().message, "no");
  EXPECT_EQ(attempts, 1);
}

TEST_F(StorePatienceTest, a_stop_ends_the_waiting) {
  notices.stops = &stop;
  const Result<int> result = try_store(Code::unavailable, 1'000'000, 1h);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::interrupted);
  EXPECT_EQ(attempts, 1);
}

}  // namespace
}  // namespace millrace::pipeline

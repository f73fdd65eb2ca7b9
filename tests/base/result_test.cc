// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/result.h"

#include <gtest/gtest.h>

#include <set>

namespace millrace {
namespace {

constexpr int code_count = static_cast<int>(Code::internal) + 1;

TEST(Code, has_a_name_of_its_own_each) {
  std::set<std::string_view> names;
  for (int code = 0; code < code_count; ++code) names.insert(to_string(static_cast<Code>(code)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(code_count));
  EXPECT_EQ(to_string(Code::invalid_json), "invalid_json");
  EXPECT_EQ(to_string(Code::unknown_outcome), "unknown_outcome");
}

TEST(Code, is_retryable_only_when_nothing_was_applied_and_later_may_be) {
  std::set<std::string_view> retryable;
  for (int code = 0; code < code_count; ++code) {
    if (is_retryable(static_cast<Code>(code))) retryable.insert(to_string(static_cast<Code>(code)));
  }
  EXPECT_EQ(retryable, (std::set<std::string_view>{"conflict", "overloaded", "unavailable"}));
}

TEST(Describe, shows_of_the_place_what_there_is) {
  const auto line = [](Place place) { return describe({Code::invalid_record, "title is missing", std::move(place)}); };
  EXPECT_EQ(line({}), "title is missing");
  EXPECT_EQ(line({.source = "a.csv"}), "a.csv: title is missing");
  EXPECT_EQ(line({.source = "a.csv", .line = 12}), "a.csv:12: title is missing");
  EXPECT_EQ(line({"a.csv", 12, 4711, "7"}), "a.csv:12 (byte 4711), id 7: title is missing");
  EXPECT_EQ(line({.byte = 0}), "(byte 0): title is missing");
  EXPECT_EQ(line({.record_id = "7"}), "id 7: title is missing");
}

TEST(Fail, makes_the_error_of_a_result) {
  const Result<int> result = fail(Code::io, "the disk is full", {.source = "a.csv"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::io);
  EXPECT_EQ(result.error().message, "the disk is full");
  EXPECT_EQ(result.error().place.source, "a.csv");
  EXPECT_TRUE(Place().empty());
  EXPECT_FALSE(result.error().place.empty());
}

}  // namespace
}  // namespace millrace

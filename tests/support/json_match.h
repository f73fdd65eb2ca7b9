// SPDX-License-Identifier: Apache-2.0
//
// EXPECT_TRUE(same_json(a, b)): two JSON texts say the same. The order of an object's members does not count (SurrealDB
// sorts them), that of an array's does, and 1 is not 1.0.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "millrace/record/json.h"

namespace millrace::testing {

inline Value with_sorted_members(const Value& value) {
  if (const Array* array = value.get_if<Array>()) {
    Array sorted;
    for (const Value& element : *array) sorted.push_back(with_sorted_members(element));
    return sorted;
  }
  if (const Object* object = value.get_if<Object>()) {
    Object sorted;
    for (const Member& member : *object) sorted.push_back({member.key, with_sorted_members(member.value)});
    std::ranges::sort(sorted, {}, &Member::key);
    return sorted;
  }
  return value;
}

inline ::testing::AssertionResult same_json(std::string_view left, std::string_view right) {
  const auto a = parse_json(left);
  const auto b = parse_json(right);
  if (!a) return ::testing::AssertionFailure() << describe(a.error()) << " in " << left.substr(0, 1000);
  if (!b) return ::testing::AssertionFailure() << describe(b.error()) << " in " << right.substr(0, 1000);
  if (with_sorted_members(*a) == with_sorted_members(*b)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << left.substr(0, 1000) << "\n differs from \n" << right.substr(0, 1000);
}

}  // namespace millrace::testing

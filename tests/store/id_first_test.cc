// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/id_first.h"

#include <gtest/gtest.h>

namespace millrace::store {
namespace {

TEST(IdFirstTest, gives_a_body_as_it_is_when_it_begins_with_the_id) {
  EXPECT_EQ(id_first(7, R"({"id":7})").value(), R"({"id":7})");
  EXPECT_EQ(id_first("a", R"({"id":"a", "b" : 1.0})").value(), R"({"id":"a", "b" : 1.0})");
}

TEST(IdFirstTest, moves_the_other_members_behind_the_id) {
  EXPECT_EQ(id_first(7, R"({"b":1.50,"id":7,"a":[1, 2]})").value(), R"({"id":7,"b":1.50,"a":[1, 2]})");
  EXPECT_EQ(id_first(7, R"({ "id" : 7 })").value(), R"({"id":7})");
  EXPECT_EQ(id_first("\"\n", R"({"a\"b":1})").value(), R"({"id":"\"\n","a\"b":1})");
}

TEST(IdFirstTest, believes_the_key_and_not_the_body) {
  EXPECT_EQ(id_first(7, R"({"id":77,"a":1})").value(), R"({"id":7,"a":1})");
  EXPECT_EQ(id_first(7, R"({"id":"post:7"})").value(), R"({"id":7})");
  EXPECT_EQ(id_first(7, "{}").value(), R"({"id":7})");
}

TEST(IdFirstTest, refuses_a_body_that_is_no_object) {
  for (const char* body : {"", "[1]", "{", R"({"a":})", "text"}) {
    const auto record = id_first(7, body);
    ASSERT_FALSE(record) << body;
    EXPECT_EQ(record.error().code, Code::io);
  }
}

}  // namespace
}  // namespace millrace::store

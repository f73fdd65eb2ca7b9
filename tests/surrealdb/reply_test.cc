// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/reply.h"

#include <gtest/gtest.h>

#include "millrace/record/cbor.h"
#include "millrace/surrealdb/request.h"

namespace millrace::surrealdb {
namespace {

std::string from_hex(std::string_view hex) {
  std::string out;
  int digits = 0;
  int value = 0;
  for (const char letter : hex) {
    if (letter == ' ') continue;
    value = value << 4 | (letter <= '9' ? letter - '0' : letter - 'a' + 10);
    if (++digits % 2 == 0) out += static_cast<char>(std::exchange(value, 0));
  }
  return out;
}

std::string to_cbor(const Value& value) {
  std::string out;
  cbor::append_value(out, value);
  return out;
}

TEST(Request, is_the_map_that_servers_read) {
  Request request = make_query("RETURN $a", 1);
  cbor::append_text(request.frame, "a");
  cbor::append_int(request.frame, 5);
  request.set_id(0x0102030405060708);
  EXPECT_EQ(cbor::decode(request.frame),
            Value(Object{
                {"id", Value(std::int64_t{0x0102030405060708})},
                {"method", Value(std::string("query"))},
                {"params", Value(Array{Value(std::string("RETURN $a")), Value(Object{{"a", Value(std::int64_t{5})}})})}}));
}

TEST(Reply, reads_a_pings_answer) {
  const Result<Reply> reply = read_reply(from_hex("a2 626964 01 66726573756c74 c6f6"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->id, 1u);
  ASSERT_TRUE(reply->result);
  EXPECT_EQ(*reply->result, Value());
}

TEST(Reply, reads_a_statement_of_version_3) {
  const Result<Reply> reply = read_reply(from_hex(
      "a2 626964 18ff 66726573756c74 81 a4 66726573756c74 80 66737461747573 624f4b 6474696d65 6431c2b573 6474797065 c6f6"));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->id, 255u);
  const Result<std::vector<StatementResult>> statements = read_statements(reply->result.value());
  ASSERT_TRUE(statements);
  ASSERT_EQ(statements->size(), 1u);
  EXPECT_EQ(statements->front(), Value(Array{}));
}

TEST(Reply, reads_a_failed_statement_of_version_3_with_its_kind) {
  const Value answer(Array{Value(Object{{"result", std::string("Database record `t:1` already exists")},
                                        {"status", std::string("ERR")},
                                        {"time", std::string("1ms")},
                                        {"kind", std::string("AlreadyExists")},
                                        {"details", Object{{"kind", std::string("Record")}}}})});
  const auto statements = read_statements(answer);
  ASSERT_TRUE(statements);
  const StatementResult& failed = statements->front();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, "AlreadyExists");
  EXPECT_EQ(classify(failed.error()), Code::duplicate);
  EXPECT_EQ(failed.error().details.find("kind")->text(), "Record");
}

TEST(Reply, reads_a_failed_statement_of_version_2_which_is_text_alone) {
  const Value answer(Array{Value(Object{{"result", std::string("Database record `t:1` already exists")},
                                        {"status", std::string("ERR")},
                                        {"time", std::string("1ms")}})});
  const auto statements = read_statements(answer);
  ASSERT_TRUE(statements);
  ASSERT_FALSE(statements->front());
  EXPECT_EQ(statements->front().error().kind, "");
  EXPECT_EQ(classify(statements->front().error()), Code::duplicate);
}

TEST(Reply, reads_an_error_of_version_3) {
  const Result<Reply> reply = read_reply(to_cbor(Value(
      Object{{"id", std::int64_t{7}},
             {"error",
              Object{{"code", std::int64_t{-32000}},
                     {"kind", std::string("AlreadyExists")},
                     {"details", Object{{"kind", std::string("Record")}, {"details", Object{{"id", std::string("t:cc")}}}}},
                     {"message", std::string("Database record `t:cc` already exists")},
                     {"cause", None{}}}}})));
  ASSERT_TRUE(reply);
  ASSERT_FALSE(reply->result);
  EXPECT_EQ(reply->result.error().number, -32000);
  EXPECT_EQ(classify(reply->result.error()), Code::duplicate);
}

TEST(Reply, reads_an_error_of_version_2) {
  const Result<Reply> reply = read_reply(to_cbor(
      Value(Object{{"id", std::int64_t{7}},
                   {"error", Object{{"code", std::int64_t{-32602}}, {"message", std::string("Invalid params")}}}})));
  ASSERT_TRUE(reply);
  ASSERT_FALSE(reply->result);
  EXPECT_EQ(reply->result.error().number, -32602);
  EXPECT_EQ(reply->result.error().message, "Invalid params");
  EXPECT_EQ(classify(reply->result.error()), Code::refused);
}

TEST(Reply, a_request_that_could_not_be_read_is_answered_without_an_id) {
  const Result<Reply> reply = read_reply(
      to_cbor(Value(Object{{"error", Object{{"code", std::int64_t{-32700}}, {"message", std::string("Parse error")}}}})));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->id, std::nullopt);
  EXPECT_FALSE(reply->result);
}

TEST(Reply, refuses_what_is_none) {
  for (const std::string& frame : {std::string(), std::string("hello"), from_hex("80"), from_hex("a0"),
                                   from_hex("a1 626964 01"), from_hex("a2 626964")}) {
    EXPECT_FALSE(read_reply(frame));
  }
  EXPECT_FALSE(read_statements(Value(std::int64_t{1})));
  EXPECT_FALSE(read_statements(Value(Array{Value(std::int64_t{1})})));
}

}  // namespace
}  // namespace millrace::surrealdb

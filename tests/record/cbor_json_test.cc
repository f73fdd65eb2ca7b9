// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hex.h"
#include "millrace/record/cbor.h"
#include "random_value.h"

namespace millrace::cbor {
namespace {

using test::Random;

Result<std::string> converted(std::string_view json) {
  std::string out;
  if (Result<void> done = append_json_text(out, json); !done) return std::unexpected(done.error());
  return out;
}

std::string hex_of(std::string_view json) {
  const auto bytes = converted(json);
  EXPECT_TRUE(bytes) << json;
  return bytes ? test::to_hex(*bytes) : "";
}

std::string refused(std::string_view json) {
  const auto bytes = converted(json);
  EXPECT_FALSE(bytes) << json;
  if (bytes) return "";
  EXPECT_EQ(bytes.error().code, Code::invalid_record);
  return bytes.error().message;
}

TEST(AppendJsonText, writes_each_kind) {
  EXPECT_EQ(hex_of("null"), "f6");
  EXPECT_EQ(hex_of("true"), "f5");
  EXPECT_EQ(hex_of("false"), "f4");
  EXPECT_EQ(hex_of("-1"), "20");
  EXPECT_EQ(hex_of("0.1"), "fb3fb999999999999a");
  EXPECT_EQ(hex_of("1.0"), "fb3ff0000000000000");
  EXPECT_EQ(hex_of("\"a\\n\""), "62610a");
  EXPECT_EQ(hex_of("\"\""), "60");
  EXPECT_EQ(hex_of("[1,\"a\",{}]"), "9f016161bfffff");
  EXPECT_EQ(hex_of(" { \"a\" : [ ] } "), "bf61619fffff");
}

TEST(AppendJsonText, writes_integers_outside_int64_as_decimals) {
  EXPECT_EQ(decode(*converted("9223372036854775807")), Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(decode(*converted("9223372036854775808")), Value(Decimal{"9223372036854775808"}));
  EXPECT_EQ(decode(*converted("-1234567890123456789012345678")), Value(Decimal{"-1234567890123456789012345678"}));
}

TEST(AppendJsonText, refuses_what_surrealdb_cannot_take) {
  EXPECT_EQ(refused("1e400"), "1e400 is outside a float's range");
  EXPECT_EQ(refused("[0,{\"a\":-1e400}]"), "-1e400 is outside a float's range");
  EXPECT_EQ(refused("12345678901234567890123456789"), "12345678901234567890123456789 has more digits than a decimal's 28");
  EXPECT_EQ(hex_of("1e-400"), "fb0000000000000000");
}

TEST(AppendJsonText, takes_200_levels_and_refuses_one_more) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(decode(*converted(nested(200))));
  EXPECT_EQ(refused(nested(201)), "nested deeper than the 200 levels that SurrealDB takes");
  EXPECT_TRUE(converted("[" + nested(199) + "," + nested(199) + "]"));
}

TEST(AppendJsonText, appends_behind_what_is_there) {
  std::string out = "x";
  ASSERT_TRUE(append_json_text(out, "1"));
  EXPECT_EQ(out, std::string("x\x01"));
}

TEST(AppendJsonText, says_the_same_as_the_tree_of_the_text) {
  Random random;
  for (int i = 0; i < 5'000; ++i) {
    const std::string json = test::loosely_written(random, test::random_json_object(random));
    const std::string trimmed = json.substr(json.find('{'));
    ASSERT_EQ(decode(*converted(trimmed)), parse_validated_json(trimmed)) << trimmed;
  }
}

}  // namespace
}  // namespace millrace::cbor

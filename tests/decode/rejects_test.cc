// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "decode/decode_all.h"
#include "millrace/record/json.h"

namespace millrace::decode {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Decoded decode_one(std::string_view line) {
  const std::vector<Decoded> all = decode_all(Format::rejects, line);
  EXPECT_THAT(all, SizeIs(1)) << line;
  return all.empty() ? Decoded{} : all.front();
}

TEST(RejectsTest, shows_the_record_at_its_first_place) {
  const std::string line =
      R"({"source":"a.ndjson","line":12,"byte":4711,"id":"7","reason":"title is missing","record":{"id":7}})";
  const Decoded one = decode_one("  " + line + "\n");
  EXPECT_EQ(one.record, R"({"id":7})");
  EXPECT_EQ(one.source, "a.ndjson");
  EXPECT_EQ(one.line, 12u);
  EXPECT_EQ(one.byte, 4711u);
  EXPECT_EQ(one.input, line);
}

TEST(RejectsTest, keeps_the_line_of_its_own_when_no_place_is_given) {
  const std::vector<Decoded> all = decode_all(Format::rejects, "\n{\"record\":{}}\n");
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].line, 2u);
  EXPECT_EQ(all[0].byte, 1u);
}

TEST(RejectsTest, reads_a_mended_text_as_json_again) {
  EXPECT_EQ(decode_one(R"({"line":3,"byte":9,"record":" {\"a\":\"\\u00e9\"} "})").record, R"({"a":"\u00e9"})");
}

TEST(RejectsTest, shows_the_text_that_is_still_malformed) {
  const Decoded one = decode_one(R"({"source":"x","line":3,"byte":9,"record":"{\"a\":tru}"})");
  EXPECT_EQ(one.code, Code::invalid_json);
  EXPECT_EQ(one.input, "{\"a\":tru}");
  EXPECT_THAT(one.message, HasSubstr("at byte 14"));
  EXPECT_EQ(one.source, "x");
  EXPECT_EQ(one.line, 3u);
}

TEST(RejectsTest, reads_base64) {
  EXPECT_EQ(decode_one(R"({"record_base64":")" + encode_base64(R"({"a":1})") + "\"}").record, R"({"a":1})");
  const Decoded broken = decode_one(R"({"byte":100,"record_base64":")" + encode_base64("{\"a\":\"\xff\"}") + "\"}");
  EXPECT_EQ(broken.message, "the record is not valid UTF-8, at byte 106");
  EXPECT_EQ(broken.input, "{\"a\":\"\xff\"}");
  EXPECT_EQ(decode_one(R"({"record_base64":"?"})").code, Code::invalid_record);
}

TEST(RejectsTest, says_what_is_wrong_with_a_line) {
  EXPECT_EQ(decode_one(R"({"line":1})").code, Code::invalid_record);
  EXPECT_EQ(decode_one(R"({"record":5})").message, "the record is a number, not an object");
  EXPECT_THAT(decode_one(R"({"record":""})").message, HasSubstr("was not kept"));
  EXPECT_EQ(decode_one(R"({"record":{})").code, Code::invalid_json);
  EXPECT_EQ(decode_one("5").code, Code::invalid_record);
}

}  // namespace
}  // namespace millrace::decode

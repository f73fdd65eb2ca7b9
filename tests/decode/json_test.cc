// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "decode/decode_all.h"

namespace millrace::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Decoded> decode(std::string_view text, DecodeOptions options = {}) {
  return decode_all(Format::json, text, options);
}

// Each record as its text, each fault as "! message".
std::vector<std::string> outline(std::string_view text) {
  std::vector<std::string> lines;
  for (const Decoded& one : decode(text)) lines.push_back(one.code ? "! " + one.message : one.record);
  return lines;
}

TEST(JsonTest, shows_the_objects_of_an_array) {
  const std::vector<Decoded> all = decode(" [\n {\"a\":1},\r\n{\"a\" : [ {} ]\n}\n, {}]\n ");
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].record, "{\"a\":1}");
  EXPECT_EQ(all[0].line, 2u);
  EXPECT_EQ(all[0].byte, 4u);
  EXPECT_EQ(all[1].record, "{\"a\" : [ {} ]\n}");
  EXPECT_EQ(all[1].line, 3u);
  EXPECT_EQ(all[2].line, 5u);
}

TEST(JsonTest, shows_a_sequence_of_objects) {
  EXPECT_THAT(outline("{\"a\":1}\n{\"a\":\n2} {}"), ElementsAre("{\"a\":1}", "{\"a\":\n2}", "{}"));
}

TEST(JsonTest, takes_nothing_and_an_empty_array_for_no_records) {
  for (const char* text : {"", " \n", "[]", " [ \n ] ", "\xef\xbb\xbf", "\xef\xbb\xbf[]"}) {
    EXPECT_THAT(outline(text), IsEmpty()) << text;
  }
}

TEST(JsonTest, is_not_misled_by_what_strings_hold) {
  EXPECT_THAT(outline(R"([{"a":"},{\"]\\"},{"[":"\\\\"},{"b":"\\\"]"}])"),
              ElementsAre(R"({"a":"},{\"]\\"})", R"({"[":"\\\\"})", R"({"b":"\\\"]"})"));
}

TEST(JsonTest, rejects_elements_that_are_no_objects) {
  EXPECT_THAT(outline("[1, {}, \"x\", [{}], null]"),
              ElementsAre("! the record is a number, not an object", "{}", "! the record is a text, not an object",
                          "! the record is an array, not an object", "! the record is null, not an object"));
}

TEST(JsonTest, rejects_a_missing_element) {
  EXPECT_THAT(outline("[{},,{}]"), ElementsAre("{}", "! a comma stands where a record is expected, at byte 4", "{}"));
  EXPECT_THAT(outline("[,{}]"), ElementsAre("! a comma stands where a record is expected, at byte 1", "{}"));
}

TEST(JsonTest, rejects_a_trailing_comma) {
  EXPECT_THAT(outline("[{}, ]"), ElementsAre("{}", "! a comma stands before the closing bracket, at byte 5"));
}

TEST(JsonTest, rejects_an_element_without_a_comma_before_it) {
  EXPECT_THAT(outline("[{} {\"a\":1}, {}]"),
              ElementsAre("{}", "! expected ',' or ']' before this record, at byte 4", "{}"));
  EXPECT_EQ(decode("[{} {\"a\":1}, {}]")[1].input, "{\"a\":1}");
}

TEST(JsonTest, rejects_text_behind_the_array) {
  EXPECT_THAT(outline("[{}] {}"), ElementsAre("{}", "! text follows the closing bracket of the array"));
  const Decoded fault = decode("[{}\n]\n\n x").back();
  EXPECT_EQ(fault.line, 4u);
  EXPECT_EQ(fault.byte, 8u);
}

TEST(JsonTest, says_that_an_array_is_never_closed) {
  EXPECT_THAT(outline("[{}\n"), ElementsAre("{}", "! the array is never closed"));
  EXPECT_THAT(outline("["), ElementsAre("! the array is never closed"));
  EXPECT_THAT(outline("[{},"), ElementsAre("{}", "! the array is never closed"));
  EXPECT_THAT(outline("[{},12"),
              ElementsAre("{}", "! the record is a number, not an object", "! the array is never closed"));
}

TEST(JsonTest, says_that_the_input_ends_inside_a_record) {
  const std::vector<Decoded> all = decode("[{},\n{\"a\":[1,");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_THAT(all[1].message, HasSubstr("the input ends inside this record, and the array is never closed"));
  EXPECT_EQ(all[1].input, "{\"a\":[1,");
  EXPECT_EQ(all[1].line, 2u);
  EXPECT_EQ(all[1].byte, 5u);
  EXPECT_THAT(outline("{} {\"a\":\"x}"), ElementsAre("{}", "! the input ends inside this record"));
}

TEST(JsonTest, goes_on_behind_a_malformed_element) {
  EXPECT_THAT(outline("[{\"a\":tru},{\"b\":1}]"), ElementsAre(HasSubstr("at byte 6"), "{\"b\":1}"));
  EXPECT_THAT(outline("[{\"a\":01},{\"a\":\"\\x\"},{\"a\":\"\n\"},tru}e,{\"b\":1}]"),
              ElementsAre(HasSubstr("! "), HasSubstr("! "), HasSubstr("! "), HasSubstr("! "), "{\"b\":1}"));
}

TEST(JsonTest, rejects_what_stands_too_close_in_a_sequence) {
  EXPECT_THAT(outline("{\"a\":1}{\"a\":2} {}"),
              ElementsAre("{\"a\":1}", "! expected white space before this record, at byte 7", "{}"));
  EXPECT_THAT(outline("{\"a\":1},{\"a\":2}\n{}"), ElementsAre("{\"a\":1}", HasSubstr("! "), "{}"));
  EXPECT_THAT(outline("{} ] {}"), ElementsAre("{}", HasSubstr("! "), "{}"));
}

TEST(JsonTest, rejects_only_the_elements_that_are_not_utf8) {
  EXPECT_THAT(
      outline("[{\"a\":\"\xff\"},{\"a\":\"\xc3\xa9\"},\xfe]"),
      ElementsAre(HasSubstr("not valid UTF-8, at byte 7"), "{\"a\":\"\xc3\xa9\"}", HasSubstr("not valid UTF-8")));
}

TEST(JsonTest, drops_an_element_that_is_too_large_and_goes_on) {
  const std::string large = "{\"a\":\"" + std::string(1000, '}') + "\"}";
  for (const std::size_t chunk : {1, 16, 100, 100'000}) {
    for (const std::string& text : {"[{},\n" + large + ",{}," + large + "]", "{}  \n" + large + " {} " + large}) {
      const std::vector<Decoded> all = decode(text, {.chunk_bytes = chunk, .read_bytes = 50, .record_bytes_max = 500});
      ASSERT_THAT(all, SizeIs(4)) << chunk;
      EXPECT_EQ(all[1].message, "a record of 1,008 bytes is larger than --max-record (500 bytes)");
      EXPECT_EQ(all[1].line, 2u);
      EXPECT_EQ(all[1].byte, 5u);
      EXPECT_EQ(all[2].record, "{}");
      EXPECT_EQ(all[3].code, Code::too_large);
    }
  }
}

TEST(JsonTest, takes_white_space_of_any_length_between_elements) {
  const std::string space(5000, ' ');
  const std::string text = space + "[" + space + "{}" + space + "," + space + "{}" + space + "]" + space;
  EXPECT_THAT(decode(text, {.chunk_bytes = 64, .record_bytes_max = 100}), SizeIs(2));
}

TEST(JsonTest, says_that_the_input_is_utf16) {
  using namespace std::string_literals;
  const std::vector<Decoded> all = decode("[\0{\0}\0]\0"s);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].message, HasSubstr("iconv"));
}

}  // namespace
}  // namespace millrace::decode

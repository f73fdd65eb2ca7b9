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
  return decode_all(Format::ndjson, text, options);
}

TEST(NdjsonTest, shows_each_line_with_its_place) {
  const std::vector<Decoded> all = decode("{\"a\":1}\n{\"a\":2,\"b\":\"x\"}\n{}\n");
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].record, "{\"a\":1}");
  EXPECT_EQ(all[1].line, 2u);
  EXPECT_EQ(all[1].byte, 8u);
  EXPECT_THAT(all[1].fields, ElementsAre(std::pair("a", "2"), std::pair("b", "\"x\"")));
  EXPECT_EQ(all[2].record, "{}");
}

TEST(NdjsonTest, does_without_a_last_newline) { EXPECT_THAT(decode("{\"a\":1}\n{\"a\":2}"), SizeIs(2)); }

TEST(NdjsonTest, takes_nothing_for_no_records) {
  EXPECT_THAT(decode(""), IsEmpty());
  EXPECT_THAT(decode("\n \r\n\t\n"), IsEmpty());
  EXPECT_THAT(decode("\xef\xbb\xbf"), IsEmpty());
}

TEST(NdjsonTest, passes_over_a_byte_order_mark_and_counts_it) {
  const std::vector<Decoded> all = decode("\xef\xbb\xbf{\"a\":1}\n{\"a\":2}");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].byte, 3u);
  EXPECT_EQ(all[1].byte, 11u);
  EXPECT_EQ(decode("{}\n\xef\xbb\xbf{}").back().code, Code::invalid_json);
}

TEST(NdjsonTest, counts_blank_lines_and_takes_crlf) {
  const std::vector<Decoded> all = decode("{\"a\":1}\r\n\r\n  {\"a\":2} \r\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].line, 3u);
  EXPECT_EQ(all[1].byte, 13u);
  EXPECT_EQ(all[1].input, "{\"a\":2}");
}

TEST(NdjsonTest, rejects_a_malformed_line_alone) {
  const std::vector<Decoded> all = decode("{\"a\":1}\n{\"a\":tru}\n{\"a\":3}\n");
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[1].code, Code::invalid_json);
  EXPECT_EQ(all[1].input, "{\"a\":tru}");
  EXPECT_THAT(all[1].message, HasSubstr("at byte 13"));
  EXPECT_EQ(all[2].record, "{\"a\":3}");
}

TEST(NdjsonTest, rejects_text_behind_the_object_of_a_line) {
  const std::vector<Decoded> all = decode("{\"a\":1}{\"a\":2}\n");
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].code, Code::invalid_json);
  EXPECT_EQ(all[0].message, "text follows the record, at byte 7");
}

TEST(NdjsonTest, rejects_an_object_over_two_lines) {
  const std::vector<Decoded> all = decode("{\"a\":\n1}\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].code, Code::invalid_json);
  EXPECT_EQ(all[1].code, Code::invalid_json);
}

TEST(NdjsonTest, says_what_a_line_is_that_is_no_object) {
  const std::vector<Decoded> all = decode("1\n\"x\"\n[{}]\nnull\ntrue\n01\n1 2\n");
  ASSERT_THAT(all, SizeIs(7));
  EXPECT_EQ(all[0].message, "the record is a number, not an object");
  EXPECT_EQ(all[0].code, Code::invalid_record);
  EXPECT_TRUE(all[0].is_json);
  EXPECT_EQ(all[1].message, "the record is a text, not an object");
  EXPECT_FALSE(all[1].is_json);
  EXPECT_EQ(all[2].message, "the record is an array, not an object");
  EXPECT_EQ(all[3].message, "the record is null, not an object");
  EXPECT_EQ(all[4].message, "the record is a bool, not an object");
  EXPECT_EQ(all[5].code, Code::invalid_json);
  EXPECT_EQ(all[6].code, Code::invalid_json);
}

TEST(NdjsonTest, rejects_only_the_lines_that_are_not_utf8) {
  const std::vector<Decoded> all =
      decode("{\"a\":\"\xc3\xa9\"}\n{\"a\":\"\xff\"}\n{\"a\":\"\xed\xa0\x80\"}\n{\"a\":1}\n");
  ASSERT_THAT(all, SizeIs(4));
  EXPECT_FALSE(all[0].code);
  EXPECT_EQ(all[1].message, "the record is not valid UTF-8, at byte 17");
  EXPECT_EQ(all[2].code, Code::invalid_json);
  EXPECT_FALSE(all[3].code);
}

TEST(NdjsonTest, says_once_that_the_input_is_utf16) {
  using namespace std::string_literals;
  for (const std::string& text : {"\xff\xfe{\0}\0\n\0"s, "\xfe\xff\0{\0}"s, "{\0}\0\n\0{\0}\0"s, "\0{\0}"s}) {
    const std::vector<Decoded> all = decode(text);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_THAT(all[0].message, HasSubstr("UTF-16"));
    EXPECT_THAT(all[0].message, HasSubstr("iconv"));
  }
}

TEST(NdjsonTest, drops_a_record_that_is_too_large_and_goes_on) {
  const std::string large = "{\"a\":\"" + std::string(1000, 'x') + "\"}";
  const std::string text = "{\"a\":1}\n" + large + "\r\n{\"a\":2}\n" + large;
  for (const std::size_t chunk : {16, 100, 100'000}) {
    const std::vector<Decoded> all = decode(text, {.chunk_bytes = chunk, .read_bytes = 50, .record_bytes_max = 500});
    ASSERT_THAT(all, SizeIs(4)) << chunk;
    EXPECT_EQ(all[1].code, Code::too_large);
    EXPECT_EQ(all[1].message, "a record of 1,009 bytes is larger than --max-record (500 bytes)");
    EXPECT_EQ(all[1].line, 2u);
    EXPECT_EQ(all[1].byte, 8u);
    EXPECT_THAT(all[1].input, IsEmpty());
    EXPECT_EQ(all[2].line, 3u);
    EXPECT_EQ(all[2].byte, 8 + large.size() + 2);
    EXPECT_EQ(all[3].code, Code::too_large);
  }
}

TEST(NdjsonTest, grows_a_chunk_for_a_record_that_is_just_small_enough) {
  const std::string large = "{\"a\":\"" + std::string(992, 'x') + "\"}";
  for (const std::size_t chunk : {1, 16, 100, 999, 1000, 1001, 5000}) {
    const std::vector<Decoded> all = decode(large + "\n" + large, {.chunk_bytes = chunk, .record_bytes_max = 1000});
    ASSERT_THAT(all, SizeIs(2)) << chunk;
    EXPECT_EQ(all[0].record, large);
    EXPECT_EQ(all[1].record, large);
    EXPECT_EQ(decode(large + " \n", {.chunk_bytes = chunk, .record_bytes_max = 1000})[0].code, Code::too_large);
  }
}

}  // namespace
}  // namespace millrace::decode

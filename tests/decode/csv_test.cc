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
  return decode_all(Format::csv, text, options);
}

std::vector<std::string> outline(std::string_view text, DecodeOptions options = {}) {
  std::vector<std::string> lines;
  for (const Decoded& one : decode(text, options)) lines.push_back(one.code ? "! " + one.message : one.record);
  return lines;
}

TEST(CsvTest, makes_an_object_of_each_row) {
  const std::vector<Decoded> all = decode("id,name\n1,Ann\n2,\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].record, R"({"id":"1","name":"Ann"})");
  EXPECT_EQ(all[0].input, "1,Ann");
  EXPECT_EQ(all[0].line, 2u);
  EXPECT_EQ(all[0].byte, 8u);
  EXPECT_THAT(all[0].fields, ElementsAre(std::pair("id", "\"1\""), std::pair("name", "\"Ann\"")));
  EXPECT_EQ(all[1].record, R"({"id":"2","name":""})");
}

TEST(CsvTest, ends_rows_at_any_line_end) {
  const auto rows = ElementsAre(R"({"a":"1","b":"2"})", R"({"a":"3","b":"4"})");
  EXPECT_THAT(outline("a,b\n1,2\n3,4"), rows);
  EXPECT_THAT(outline("a,b\r\n1,2\r\n3,4\r\n"), rows);
  EXPECT_THAT(outline("a,b\r1,2\r3,4\r"), rows);
  EXPECT_THAT(outline("\xef\xbb\xbf"
                      "a,b\n\n1,2\r\n\r\n\r3,4\n\n"),
              rows);
}

TEST(CsvTest, reads_quoted_cells) {
  EXPECT_THAT(outline("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",\"\"\n"),
              ElementsAre(R"({"a":"x,y","b":"say \"hi\""})", R"({"a":"two\r\nlines","b":""})"));
}

TEST(CsvTest, counts_lines_in_quoted_cells) {
  const std::vector<Decoded> all = decode("a\r\n\"x\r\ny\nz\"\r\n1\r\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].line, 2u);
  EXPECT_EQ(all[1].line, 5u);
}

TEST(CsvTest, takes_a_quote_inside_an_unquoted_cell_as_it_is) {
  EXPECT_THAT(outline("a,b\n5\" disk,x\"y\"\n"), ElementsAre(R"({"a":"5\" disk","b":"x\"y\""})"));
}

TEST(CsvTest, escapes_what_json_wants_escaped) {
  EXPECT_THAT(outline("a\tb\nx\ty\\\x01\n"), ElementsAre("{\"a\\tb\":\"x\\ty\\\\\\u0001\"}"));
  EXPECT_THAT(decode("a\tb\n1\n")[0].fields, ElementsAre(std::pair("a\tb", "\"1\"")));
}

TEST(CsvTest, keeps_spaces) { EXPECT_THAT(outline("a\n x \n"), ElementsAre(R"({"a":" x "})")); }

TEST(CsvTest, takes_a_header_alone_for_no_records) {
  for (const char* text : {"", "\n\n", "a,b", "a,b\n", "a,b\r"}) EXPECT_THAT(outline(text), IsEmpty()) << text;
}

TEST(CsvTest, rejects_a_row_with_too_few_or_too_many_cells) {
  EXPECT_THAT(outline("a,b\n1\n1,2\n1,2,3\n"),
              ElementsAre("! the row has 1 cells, the header has 2", R"({"a":"1","b":"2"})",
                          "! the row has 3 cells, the header has 2"));
  EXPECT_EQ(decode("a,b\n1\n")[0].code, Code::invalid_record);
  EXPECT_EQ(decode("a,b\n1\n")[0].input, "1");
}

TEST(CsvTest, rejects_text_behind_a_closing_quote) {
  const std::vector<Decoded> all = decode("a,b\n\"x\"y,2\n3,4\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].code, Code::invalid_json);
  EXPECT_EQ(all[0].message, "text follows a closing quote, at byte 7");
  EXPECT_EQ(all[0].input, "\"x\"y,2");
  EXPECT_EQ(all[1].record, R"({"a":"3","b":"4"})");
}

TEST(CsvTest, rejects_a_quote_that_is_never_closed) {
  const std::vector<Decoded> all = decode("a,b\n1,2\n3,\"x\n5,6\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].message, "a quoted cell is never closed, at byte 10");
  EXPECT_EQ(all[1].line, 3u);
}

TEST(CsvTest, refuses_an_input_whose_header_is_no_good) {
  EXPECT_THAT(outline("a,b,a\n1,2,3\n4,5,6\n"), ElementsAre("! the CSV header names 'a' twice"));
  EXPECT_THAT(outline("a,,c\n1,2,3\n"), ElementsAre("! the CSV header has no name for column 2"));
  EXPECT_THAT(outline("a,\"b\"c\n1,2\n"), ElementsAre(HasSubstr("! the CSV header is malformed: text follows")));
  EXPECT_THAT(outline("a,\xff\n1,2\n"), ElementsAre("! the CSV header is not valid UTF-8"));
  const std::string long_header = std::string(300, 'a') + ",b\n1,2\n";
  for (const std::size_t chunk : {8, 100, 5000}) {
    EXPECT_THAT(outline(long_header, {.chunk_bytes = chunk, .record_bytes_max = 200}),
                ElementsAre("! the CSV header is larger than --max-record (200 bytes)"));
  }
}

TEST(CsvTest, rejects_only_the_rows_that_are_not_utf8) {
  EXPECT_THAT(outline("a\n\xff\n\xc3\xa9\n"),
              ElementsAre(HasSubstr("not valid UTF-8, at byte 2"), "{\"a\":\"\xc3\xa9\"}"));
}

TEST(CsvTest, drops_a_row_that_is_too_large_and_goes_on) {
  const std::string large = "\"" + std::string(500, 'x') + "\r\n" + std::string(500, 'y') + "\"";
  const std::string text = "a\n1\n" + large + "\r\n2\r" + large + "\r";
  for (const std::size_t chunk : {8, 100, 501, 504, 505, 506, 507, 100'000}) {
    const std::vector<Decoded> all = decode(text, {.chunk_bytes = chunk, .read_bytes = 50, .record_bytes_max = 500});
    ASSERT_THAT(all, SizeIs(4)) << chunk;
    EXPECT_EQ(all[1].message, "a record of 1,004 bytes is larger than --max-record (500 bytes)");
    EXPECT_EQ(all[1].line, 3u);
    EXPECT_EQ(all[2].line, 5u) << chunk;
    EXPECT_EQ(all[2].record, R"({"a":"2"})");
    EXPECT_EQ(all[3].line, 6u);
    EXPECT_EQ(all[3].code, Code::too_large);
    EXPECT_EQ(all[3].message, all[1].message);
  }
}

TEST(CsvTest, makes_numbers_of_cells_that_print_the_same) {
  const DecodeOptions automatic{.automatic_types = true};
  const std::string header = "a\n";
  for (const std::string number : {"0", "7", "-12", "9223372036854775807", "1.5", "-0.25", "1e+300", "2.0"}) {
    EXPECT_THAT(outline(header + number + "\n", automatic), ElementsAre("{\"a\":" + number + "}"));
  }
  for (const std::string text : {"007", "+1", "1.50", "1e3", "-0", " 1", "1 ", "9223372036854775808", "-", "1.", ".5",
                                 "0x10", "inf", "nan", "1,5", "true", "null", "1e999"}) {
    EXPECT_THAT(outline(header + "\"" + text + "\"\n", automatic), ElementsAre("{\"a\":\"" + text + "\"}"));
  }
}

TEST(CsvTest, leaves_empty_cells_out_when_types_are_automatic) {
  const DecodeOptions automatic{.automatic_types = true};
  EXPECT_THAT(outline("a,b,c\n,2,\n\"\",,x\n,,\n", automatic), ElementsAre(R"({"b":2})", R"({"c":"x"})", "{}"));
}

TEST(CsvTest, says_that_the_input_is_utf16) {
  EXPECT_THAT(outline("\xff\xfe"
                      "a\n1\n"),
              ElementsAre(HasSubstr("UTF-16")));
}

}  // namespace
}  // namespace millrace::decode

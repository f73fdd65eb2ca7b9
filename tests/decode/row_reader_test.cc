// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <sstream>

#include "decode/json_samples.h"
#include "decode/read_rows.h"
#include "decode/soup.h"
#include "support/random.h"

namespace millrace::decode {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using enum SlotKind;

std::vector<ReadRow> read(std::string_view text, const std::vector<FieldPath>& paths, DecodeOptions options = {}) {
  return read_rows(Format::ndjson, text, paths, {}, options);
}

SlotCopy only_slot(std::string_view record, const FieldPath& path) {
  const std::vector<ReadRow> rows = read(std::string(record) + "\n", {path});
  EXPECT_THAT(rows, SizeIs(1)) << record;
  if (rows.size() != 1 || rows[0].slots.size() != 1) {
    ADD_FAILURE() << record << ": " << (rows.empty() ? "nothing" : rows[0].place.message);
    return {};
  }
  return rows[0].slots[0];
}

std::string refusal(std::string_view record, const std::vector<FieldPath>& paths) {
  const std::vector<ReadRow> rows = read(std::string(record) + "\n", paths);
  return rows.size() == 1 ? rows[0].place.message : "not one row";
}

TEST(RowReaderTest, fills_a_slot_for_each_path) {
  const std::vector<ReadRow> rows =
      read(R"({"id":7,"title":"A\n","author":{"name":"B","age":-1.5e3},"tags":["x"],"on":true})"
           "\n{\"on\":null,\"off\":false}\n",
           {{"title"}, {"author", "name"}, {"id"}, {"tags"}, {"on"}, {"off"}, {"author", "age"}, {"title"}});
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].slots,
              ElementsAre(SlotCopy{string, true, "A\\n"}, SlotCopy{string, false, "B"}, SlotCopy{integer, false, "7"},
                          SlotCopy{array, false, R"(["x"])"}, SlotCopy{true_value, false, "true"}, SlotCopy{},
                          SlotCopy{real, false, "-1.5e3"}, SlotCopy{string, true, "A\\n"}));
  EXPECT_THAT(rows[1].slots,
              ElementsAre(SlotCopy{}, SlotCopy{}, SlotCopy{}, SlotCopy{}, SlotCopy{null_value, false, "null"},
                          SlotCopy{false_value, false, "false"}, SlotCopy{}, SlotCopy{}));
  EXPECT_EQ(rows[1].place.line, 2u);
  EXPECT_EQ(rows[1].place.record, "{\"on\":null,\"off\":false}");
}

TEST(RowReaderTest, takes_white_space_wherever_json_has_it) {
  const std::vector<ReadRow> rows =
      read(" {\t\"a\" : 1 ,\r\"b\":{ \"c\" :\t\"x\" } } \r\n\r\n \t\n{ \"a\":[ 1 , 2 ]}\n", {{"a"}, {"b", "c"}});
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].slots, ElementsAre(SlotCopy{integer, false, "1"}, SlotCopy{string, false, "x"}));
  EXPECT_EQ(rows[0].place.byte, 1u);
  EXPECT_EQ(rows[1].slots[0].text, "[ 1 , 2 ]");
  EXPECT_EQ(rows[1].place.line, 4u);
}

TEST(RowReaderTest, takes_the_last_of_repeated_keys) {
  EXPECT_EQ(only_slot(R"({"a":1,"a":"x"})", {"a"}).text, "x");
  EXPECT_EQ(only_slot(R"({"a":1,"\u0061":2})", {"a"}).text, "2");
  EXPECT_EQ(only_slot(R"({"a":{"b":1},"a":{"c":2}})", {"a", "b"}), SlotCopy{});
  EXPECT_EQ(only_slot(R"({"a":{"b":1},"a":5})", {"a", "b"}), SlotCopy{});
  EXPECT_EQ(only_slot(R"({"a":{"b":1,"b":[2,{"c":3,"c":4}]}})", {"a"}).text, R"({"b":[2,{"c":4}]})");
  EXPECT_EQ(only_slot(R"({"a":[{"c":3,"c":4}]})", {"a"}).text, R"([{"c":4}])");
}

TEST(RowReaderTest, compares_escaped_keys_decoded) {
  EXPECT_EQ(only_slot(R"({"\u0061b":1})", {"ab"}).text, "1");
  EXPECT_EQ(only_slot(R"({"a\"b":1})", {"a\"b"}).text, "1");
  EXPECT_EQ(only_slot(R"({"ab":1})", {"\\u0061b"}), SlotCopy{});
  EXPECT_EQ(only_slot(R"({"":1})", {""}).text, "1");
}

TEST(RowReaderTest, tells_keys_apart_that_begin_alike) {
  const std::string key(30, 'k');
  std::string text;
  for (const char last : std::string("abcab")) text += "{\"" + key + last + "\":1,\"" + key + "\":2,\"k\":3}\n";
  const std::vector<ReadRow> rows = read(text, {{key + "a"}, {key}, {"k"}});
  ASSERT_THAT(rows, SizeIs(5));
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(rows[i].slots[0].text, i % 3 == 0 ? "1" : "") << i;
    EXPECT_EQ(rows[i].slots[1].text, "2");
    EXPECT_EQ(rows[i].slots[2].text, "3");
  }
}

TEST(RowReaderTest, stops_at_an_array_in_a_paths_way_and_says_what_is_left) {
  EXPECT_EQ(only_slot(R"({"a":[{"b":{"c":1}}]})", {"a", "b", "c"}), (SlotCopy{array, false, R"([{"b":{"c":1}}])", 2}));
  EXPECT_EQ(only_slot(R"({"a":{"b":[1,2]}})", {"a", "b", "c"}), (SlotCopy{array, false, "[1,2]", 1}));
  EXPECT_EQ(only_slot(R"({"a":{"b":[1,2]}})", {"a", "b"}), (SlotCopy{array, false, "[1,2]", 0}));
  EXPECT_EQ(only_slot(R"({"a":"text"})", {"a", "b"}), SlotCopy{});
}

TEST(RowReaderTest, keeps_numbers_of_any_size) {
  EXPECT_EQ(only_slot(R"({"a":123456789012345678901234567890})", {"a"}).kind, integer);
  EXPECT_EQ(only_slot(R"({"a":1e999999})", {"a"}).kind, real);
  for (const std::string number : {"0", "-0", "9", "12345678", "123456789", "-12345678", "10", "0.5", "1E5", "1e+5"}) {
    EXPECT_EQ(only_slot("{\"a\":" + number + "}", {"a"}).text, number);
  }
  for (const std::string number :
       {"01", "00", "1.", ".5", "-", "1e", "1e+", "+1", "0x1", "1_0", "1:", "12345678a", "1a", "--1"}) {
    EXPECT_NE(refusal("{\"a\":" + number + "}", {{"a"}}), "") << number;
  }
}

TEST(RowReaderTest, validates_what_it_reads_and_the_structure_of_the_rest) {
  for (const std::string value :
       {"tru", "01", "\"\\x\"", "\"\\ud800\"", "nul", "-", "[01]", "{\"b\":tru}", "[\"\\x\"]", "1\"x,\""}) {
    const std::string record = "{\"a\":" + value + ",\"z\":1}";
    EXPECT_NE(refusal(record, {{"a"}}), "") << value;
    EXPECT_EQ(refusal(record, {{"z"}}), "") << value;
    EXPECT_NE(read_rows(Format::ndjson, record, {{"z"}}, {.strict = true})[0].place.message, "") << value;
    EXPECT_NE(read_rows(Format::ndjson, record, {{"z"}}, {.needs_text = true})[0].place.message, "") << value;
  }
  for (const std::string record : {"{",
                                   "}",
                                   "{}}",
                                   "{\"z\"}",
                                   "{\"z\":}",
                                   "{\"z\":,}",
                                   "{\"z\":}}",
                                   "{\"z\"::1}",
                                   "{\"z\":1,}",
                                   "{,\"z\":1}",
                                   "{\"z\" 1}",
                                   "{z:1}",
                                   "{\"z\":1 2}",
                                   "{\"z\":\"x\"\"y\"}",
                                   "{\"z\":1]",
                                   "{\"z\":[1}]",
                                   "{\"z\":[1,]}",
                                   "{\"z\":[,1]}",
                                   "{\"z\":[1 2]}",
                                   "{\"z\":[}",
                                   "{\"z\":{]}",
                                   "{\"z\":{\"y\"}}",
                                   "{\"z\":{\"y\":1,}}",
                                   "{\"z\":{1:1}}",
                                   "{\"z\":[\"y\":1]}",
                                   "{}{}",
                                   "{} {}",
                                   "{},{}",
                                   "}{",
                                   "{\"z\":1}x",
                                   "{\"z\":\f1}",
                                   "{\"z\":1\x1a}",
                                   "{\"z\":x}",
                                   "\"z\":1",
                                   "{\"z\":{}}}",
                                   "{\"z\":[[]}",
                                   "{1}"}) {
    EXPECT_NE(refusal(record, {}), "") << record;
    EXPECT_NE(refusal(record, {{"a"}}), "") << record;
  }
  EXPECT_NE(refusal("{" + std::string(16, '\0') + "}5}", {}), "");  // what stood in a guess of no key, once
}

TEST(RowReaderTest, goes_on_behind_a_bad_line_with_the_places_right) {
  const std::string text =
      "{\"a\":1}\n{\"a\":tru}\n}{\n{\"a\":\"open\n{\"a\":2}\n{\"a\":\"\xff\"}\r\n{\"a\":\"tab\t\"}\n{\"a\":[\n{\"a\":3},\n{"
      "\"a\":4}{\"a\":5}\n{\"a\":6}";
  const std::vector<ReadRow> rows = read(text, {{"a"}});
  ASSERT_THAT(rows, SizeIs(11));
  std::vector<std::string> outline;
  for (const ReadRow& row : rows) {
    outline.push_back(std::to_string(row.place.line) + " " + std::to_string(row.place.byte) + " " +
                      (row.place.code ? row.place.message : row.slots[0].text));
  }
  EXPECT_THAT(
      outline,
      ElementsAre("1 0 1", "2 8 expected a value, at byte 13", "3 18 expected a value, at byte 18",
                  "4 21 a string is not closed, at byte 31", "5 32 2", "6 40 the record is not valid UTF-8, at byte 46",
                  "7 51 a control character in a string must be escaped, at byte 60", "8 64 expected a value, at byte 70",
                  "9 71 text follows the record, at byte 78", "10 80 text follows the record, at byte 87", "11 95 6"));
  for (const ReadRow& row : rows) {
    EXPECT_EQ(row.place.input, text.substr(row.place.byte, row.place.input.size()));
  }
}

TEST(RowReaderTest, counts_levels_as_the_strict_reader) {
  for (const std::size_t depth : {1, 62, 63, 64, 65, 998, 999, 1000, 100'000}) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    for (const std::string& record :
         {"{\"x\":" + nested + "}", "{\"a\":" + nested + "}", "{\"a\":{\"b\":" + nested + "}}"}) {
      const std::vector<FieldPath> paths{{"a"}, {"a", "b"}};
      EXPECT_EQ(broken_promise(Format::ndjson, record + "\n{}\n", paths, {.chunk_bytes = 4096}), "") << depth;
      EXPECT_EQ(refusal(record, paths).empty(), depth + std::size_t{record.starts_with("{\"a\":{")} < 1000) << depth;
    }
  }
  EXPECT_THAT(refusal(std::string(1'000'000, '{'), {}), HasSubstr("expected a key"));
}

TEST(RowReaderTest, judges_long_lines_alike_wherever_they_stand) {
  for (const std::size_t size : {RowReader::line_bytes_max - 1, RowReader::line_bytes_max, RowReader::line_bytes_max + 1}) {
    std::string line = "{\"x\":tru,\"a\":\"";  // refused only when it is validated whole
    line += std::string(size - line.size() - 2, 'y') + "\"}";
    const bool is_long = size + 1 > RowReader::line_bytes_max;
    for (const std::string& text : {line, line + "\n", "{}\n" + line + "\n{}\n", "{\"q\n" + line}) {
      std::size_t refused = 0;
      for (const ReadRow& row : read(text, {{"a"}}, {.chunk_bytes = 1 << 20}))
        refused += row.place.byte >= 5 || row.place.input.size() > 5 ? row.place.code.has_value() : 0;
      EXPECT_EQ(refused, is_long ? 1u : 0u) << size;
      EXPECT_EQ(broken_promise(Format::ndjson, text, {{"a"}}, {.chunk_bytes = 1000}), "") << size;
    }
  }
}

TEST(RowReaderTest, refuses_a_line_too_large_and_goes_on) {
  const std::string large = "{\"a\":\"" + std::string(5000, 'x') + "\"}";
  for (const std::size_t chunk : {16, 6000, 100'000}) {
    const std::vector<ReadRow> rows =
        read("{\"a\":1}\n" + large + "\n{\"a\":2}\n" + large, {{"a"}}, {.chunk_bytes = chunk, .record_bytes_max = 5000});
    ASSERT_THAT(rows, SizeIs(4)) << chunk;
    EXPECT_EQ(rows[1].place.code, Code::too_large);
    EXPECT_THAT(rows[1].place.input, IsEmpty());
    EXPECT_EQ(rows[2].slots[0].text, "2");
    EXPECT_EQ(rows[3].place.code, Code::too_large);
  }
}

// As many keys as there are, longer than what is kept of them, in any order: more than KeyGuesses holds.
TEST(RowReaderTest, finds_keys_in_any_order) {
  test::Random random;
  std::string text;
  for (std::size_t record = 0; record < 200; ++record) {
    text += "{\"n\":0";
    for (std::size_t i = 0; i < 20; ++i) {
      const std::size_t key = random.below(400);
      text += ",\"" + std::string(key % 50, 'k') + std::to_string(key) + "\":" + std::to_string(random.below(100));
    }
    text += "}\n";
  }
  EXPECT_EQ(broken_promise(Format::ndjson, text, {{"n"}, {"k1"}, {"0"}, {std::string(49, 'k') + "399"}, {"kk52"}},
                           {.chunk_bytes = 999}),
            "");
}

TEST(RowReaderTest, says_of_malformed_json_what_the_strict_reader_says) {
  std::string text;
  for (std::string sample : json_samples()) {
    std::erase_if(sample, [](char c) { return c == '\n'; });
    text += "{\"a\":" + sample + ",\"b\":1}\n{\"b\":" + sample + "}\n" + sample + "\n{\"c\":[" + sample + "],\"b\":[" +
            sample + "]}\n";
  }
  for (const std::vector<FieldPath>& paths :
       {std::vector<FieldPath>{}, {{"b"}}, {{"a"}, {"b"}, {"c"}}, {{"a", "b"}, {"c", "d"}}}) {
    EXPECT_EQ(broken_promise(Format::ndjson, text, paths, {.chunk_bytes = 500}), "");
  }
}

class RowFormatTest : public ::testing::TestWithParam<Format> {};

TEST_P(RowFormatTest, reads_soup_as_the_strict_reader_wherever_it_is_cut) {
  test::Random random;
  Soup soup(GetParam(), random);
  const std::vector<FieldPath> paths{{"a"}, {"c"}, {"e"}, {"d"}, {"d", "x"}, {"b"}, {"long"}};
  for (std::size_t i = 0; i < 1500; ++i) {
    const std::string text = soup.make(12);
    DecodeOptions options{.chunk_bytes = 1 + random.below(200),
                          .read_bytes = 1 + random.below(100),
                          .slice_records_max = 1 + random.below(5)};
    options.automatic_types = random.one_in(2);
    options.record_bytes_max = random.one_in(4) ? 20 + random.below(60) : 1 << 20;
    ASSERT_EQ(broken_promise(GetParam(), text, paths, options), "") << text;
  }
}

TEST_P(RowFormatTest, shows_a_record_as_the_record_reader_does) {
  ChunkPool pool(1024);
  Splitter splitter(GetParam(), {}, pool);
  const Slice slice = [&] {
    const std::string_view text = GetParam() == Format::csv ? "a,b\n1,2\n" : "{\"a\":\t1}\n";
    splitter.filled(text.copy(splitter.space().data(), text.size()));
    splitter.filled(0);
    return std::move(splitter.next().value());
  }();
  RecordReader records(GetParam());
  RowReader reader(GetParam(), {});
  const test::PaddedText malformed("{\"a\"");
  for (const std::string_view input : {slice.chunk.text(), malformed.view()}) {
    EXPECT_EQ(reader.as_json(input, slice), records.as_json(input, slice));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RowFormatTest,
                         ::testing::Values(Format::ndjson, Format::json, Format::csv, Format::rejects));

// Well-formed records of every shape, with some bytes changed in one of three.
TEST(RowReaderTest, reads_random_and_mutated_records_as_the_strict_reader) {
  test::Random random;
  const auto key = [&] {
    return "\"" + std::string(1 + random.below(3), random.any_of("abc")) + (random.one_in(9) ? "\\u0061\"" : "\"");
  };
  const auto value = [&](auto& self, std::size_t depth) -> std::string {
    const std::string space(random.one_in(8) ? 1 + random.below(2) : 0, random.any_of(" \t\r"));
    static constexpr std::array scalars{"1",
                                        "-0.5",
                                        "1e9",
                                        "12345678901",
                                        "true",
                                        "false",
                                        "null",
                                        "\"\"",
                                        "\"text\"",
                                        "\"\\n\\\"\\u00e9\"",
                                        "\"\xc3\xa9 {[,:]}\"",
                                        "\"\\\\\"",
                                        "\"0123456789012345678901234567890123456789012345678901234567890123456789\\t\""};
    if (depth == 0 || random.one_in(2)) return space + scalars[random.below(scalars.size())] + space;
    const bool object = random.one_in(2);
    std::string text = object ? "{" : "[";
    for (std::size_t i = random.below(5); i != 0; --i) {
      if (object) text += key() + space + ":";
      text += self(self, depth - 1) + (i == 1 ? "" : ",");
    }
    return space + text + (object ? "}" : "]") + space;
  };
  for (std::size_t round = 0; round < 400; ++round) {
    std::string text;
    for (std::size_t i = 0; i < 20; ++i) {
      std::string record = "{" + key() + ":" + value(value, 4) + "," + key() + ":" + value(value, 3) + "}";
      for (std::size_t changes = random.one_in(3) ? 1 + random.below(3) : 0; changes != 0; --changes) {
        const std::size_t at = random.below(record.size());
        if (random.one_in(2))
          record[at] = random.any_of("{}[]\",:\\ \n\r01\xff\x01tf");
        else if (random.one_in(2))
          record.erase(at, 1 + random.below(4));
        else
          record.insert(at, 1, random.any_of("{}[]\",:\\ \n"));
        if (record.empty()) break;
      }
      text += record + (random.one_in(5) ? "\r\n" : "\n");
    }
    if (random.one_in(2)) text.pop_back();
    const std::vector<FieldPath> paths{{"a"}, {"b", "a"}, {"aa"}, {"a", "b"}, {"b", "a", "c"}, {"c"}};
    const DecodeOptions options{.chunk_bytes = 1 + random.below(2000),
                                .read_bytes = 1 + random.below(500),
                                .slice_records_max = 1 + random.below(30)};
    ASSERT_EQ(broken_promise(Format::ndjson, text, paths, options), "") << text;
  }
}

}  // namespace
}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/format.h"

#include <gmock/gmock.h>

namespace millrace::decode {
namespace {

TEST(FormatTest, knows_its_names_and_no_others) {
  EXPECT_EQ(parse_format("ndjson"), Format::ndjson);
  EXPECT_EQ(parse_format("json"), Format::json);
  EXPECT_EQ(parse_format("csv"), Format::csv);
  EXPECT_EQ(parse_format("rejects"), Format::rejects);
  for (const char* word : {"", "JSON", "jsonl", "xml"}) {
    const Result<Format> format = parse_format(word);
    ASSERT_FALSE(format) << word;
    EXPECT_EQ(format.error().code, Code::invalid_argument);
    EXPECT_THAT(format.error().message, ::testing::HasSubstr("ndjson, json, csv and rejects"));
  }
}

TEST(FormatTest, goes_by_the_ending_of_a_name_also_under_compression) {
  EXPECT_EQ(format_of_name("posts.csv"), Format::csv);
  EXPECT_EQ(format_of_name("a.csv/posts.json"), Format::json);
  EXPECT_EQ(format_of_name("posts.jsonl"), Format::ndjson);
  EXPECT_EQ(format_of_name("posts.ndjson.rejects"), Format::rejects);
  for (const char* ending : {".gz", ".zst", ".xz", ".bz2"}) {
    EXPECT_EQ(format_of_name(std::string("posts.csv") + ending), Format::csv);
  }
}

TEST(FormatTest, takes_any_other_name_for_ndjson) {
  for (const char* name : {"", "-", "posts", "posts.txt", "posts.gz", "a.csv/posts", "csv", "posts.csv.gz.gz"}) {
    EXPECT_EQ(format_of_name(name), Format::ndjson) << name;
  }
}

}  // namespace
}  // namespace millrace::decode

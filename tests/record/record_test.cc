// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/record.h"

#include <gtest/gtest.h>

#include <limits>

#include "millrace/record/json.h"

namespace millrace {
namespace {

const Uuid uuid = *parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91");
const std::string uuid_text = "0190163d-8694-739b-aea5-966c26f8ad91";

void expect_id(const Result<RecordId>& id, const RecordId& expected) {
  ASSERT_TRUE(id) << describe(id.error());
  EXPECT_EQ(*id, expected);
}

void expect_invalid_id(const Result<RecordId>& id, std::string_view words) {
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, Code::invalid_id);
  EXPECT_EQ(id.error().message, words);
}

TEST(RecordId, is_shown_as_a_user_reads_it) {
  EXPECT_EQ(to_string(RecordId(std::int64_t{-7})), "-7");
  EXPECT_EQ(to_string(RecordId(std::string("abc"))), "abc");
  EXPECT_EQ(to_string(RecordId(uuid)), uuid_text);
}

TEST(RecordId, sorts_integers_before_texts_before_uuids) {
  EXPECT_LT(RecordId(std::int64_t{10}), RecordId(std::string("1")));
  EXPECT_LT(RecordId(std::string("z")), RecordId(uuid));
  EXPECT_LT(RecordId(std::int64_t{9}), RecordId(std::int64_t{10}));
}

TEST(IdsOfKey, a_key_is_a_text_then_an_int_then_a_uuid) {
  const auto ids = [](const std::string& key) { return ids_of_key(key); };
  using Ids = std::vector<RecordId>;
  EXPECT_EQ(ids("abc"), Ids({std::string("abc")}));
  EXPECT_EQ(ids("7"), Ids({std::string("7"), std::int64_t{7}}));
  EXPECT_EQ(ids("-7"), Ids({std::string("-7"), std::int64_t{-7}}));
  EXPECT_EQ(ids("0"), Ids({std::string("0"), std::int64_t{0}}));
  EXPECT_EQ(ids("-9223372036854775808"), Ids({std::string("-9223372036854775808"), std::numeric_limits<std::int64_t>::min()}));
  EXPECT_EQ(ids(uuid_text), Ids({uuid_text, uuid}));
  EXPECT_EQ(ids("0190163D-8694-739B-AEA5-966C26F8AD91"), Ids({std::string("0190163D-8694-739B-AEA5-966C26F8AD91"), uuid}));
}

TEST(IdsOfKey, an_int_is_one_only_as_it_is_printed) {
  for (const std::string key : {"007", "+7", "-0", "7 ", " 7", "7.0", "7e0", "0x7", "9223372036854775808", "-"}) {
    EXPECT_EQ(ids_of_key(key), std::vector{RecordId(key)}) << key;
  }
}

TEST(IdsOfKey, no_store_has_a_record_of_the_empty_key_or_of_bytes_that_are_not_utf8) {
  using namespace std::string_literals;
  for (const std::string& key : {""s, "\xff"s, "a\xc3"s, "\xc0\xaf"s, "\xe0\x80\xaf"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s}) {
    EXPECT_TRUE(ids_of_key(key).empty());
  }
  EXPECT_EQ(ids_of_key("a\0b"s), std::vector{RecordId("a\0b"s)});
  EXPECT_EQ(ids_of_key("🦀"), std::vector{RecordId("🦀"s)});
}

TEST(ParseRecordId, takes_a_text_as_it_is) {
  for (const char* text : {"abc", "7", "a b", ":7", "a b:7", "7up:x", "-:x", "é:1", "⟨7⟩"}) {
    expect_id(parse_record_id(text, "post"), RecordId(std::string(text)));
  }
}

TEST(ParseRecordId, reads_the_key_behind_the_loads_own_table) {
  expect_id(parse_record_id("post:abc", "post"), std::string("abc"));
  expect_id(parse_record_id("post:7", "post"), std::int64_t{7});
  expect_id(parse_record_id("post:-7", "post"), std::int64_t{-7});
  expect_id(parse_record_id("post:⟨7⟩", "post"), std::string("7"));
  expect_id(parse_record_id("post:`a:b`", "post"), std::string("a:b"));
  expect_id(parse_record_id("post:a:b", "post"), std::string("a:b"));
  expect_id(parse_record_id("post:u'" + uuid_text + "'", "post"), uuid);
  expect_id(parse_record_id("post:" + uuid_text, "post"), uuid_text);
  expect_id(parse_record_id("post:9223372036854775808", "post"), std::string("9223372036854775808"));
}

TEST(ParseRecordId, refuses_the_empty_text_and_the_empty_key) {
  expect_invalid_id(parse_record_id("", "post"), "id is an empty text");
  expect_invalid_id(parse_record_id("post:", "post"), "id 'post:' has no key");
  expect_invalid_id(parse_record_id("post:⟨⟩", "post"), "id 'post:⟨⟩' has no key");
  expect_invalid_id(parse_record_id("post:``", "post"), "id 'post:``' has no key");
}

TEST(ParseRecordId, refuses_the_id_of_another_table) {
  expect_invalid_id(parse_record_id("user:7", "post"), "id 'user:7' names the table user, not post");
  expect_invalid_id(parse_record_id("Post:7", "post"), "id 'Post:7' names the table Post, not post");
}

TEST(ReadRecordId, takes_ints_uuids_and_texts) {
  expect_id(read_record_id(Value(std::int64_t{0}), "post"), std::int64_t{0});
  expect_id(read_record_id(Value(uuid), "post"), uuid);
  expect_id(read_record_id(Value(std::string("post:7")), "post"), std::int64_t{7});
  expect_id(read_record_id(Value(uuid_text), "post"), uuid_text);
}

TEST(ReadRecordId, takes_the_key_of_a_link_into_the_same_table_as_it_is) {
  expect_id(read_record_id(RecordLink{"post", {Value(std::int64_t{7})}}, "post"), std::int64_t{7});
  expect_id(read_record_id(RecordLink{"post", {Value(std::string("post:7"))}}, "post"), std::string("post:7"));
  expect_id(read_record_id(RecordLink{"post", {Value(uuid)}}, "post"), uuid);
}

TEST(ReadRecordId, refuses_everything_else) {
  expect_invalid_id(read_record_id(Value(), "post"), "id is null: an id is a text, an int or a uuid");
  expect_invalid_id(read_record_id(nullptr, "post"), "id is null: an id is a text, an int or a uuid");
  expect_invalid_id(read_record_id(true, "post"), "id is true: an id is a text, an int or a uuid");
  expect_invalid_id(read_record_id(1.5, "post"), "id is 1.5: an id is a text, an int or a uuid");
  expect_invalid_id(read_record_id(1.0, "post"), "id is 1.0: an id is a text, an int or a uuid");
  expect_invalid_id(read_record_id(Array{}, "post"), "id is []: an id is a text, an int or a uuid");
  expect_invalid_id(read_record_id(std::string(), "post"), "id is an empty text");
  expect_invalid_id(read_record_id(RecordLink{"user", {Value(std::int64_t{7})}}, "post"),
                    "id \"user:7\" names the table user, not post");
  expect_invalid_id(read_record_id(RecordLink{"post", {Value(std::string())}}, "post"),
                    "id is \"post:⟨⟩\": an id is a text, an int or a uuid");
  EXPECT_FALSE(read_record_id(RecordLink{"post", {Value(Array{})}}, "post"));
  EXPECT_FALSE(read_record_id(RecordLink{"post", {Value(RecordLink{"post", {Value(std::int64_t{1})}})}}, "post"));
}

TEST(Value, finds_a_member_by_its_key) {
  const Value object = Object{{"a", std::int64_t{1}}, {"b", nullptr}};
  EXPECT_EQ(*object.find("a"), Value(std::int64_t{1}));
  EXPECT_EQ(object.find("c"), nullptr);
  EXPECT_EQ(Value(std::int64_t{1}).find("a"), nullptr);
  EXPECT_EQ(Value(std::string("x")).text(), "x");
  EXPECT_EQ(Value(true).text(), "");
}

TEST(CheckTableName, takes_names_of_1_to_63_letters_digits_and_underscores) {
  for (const std::string& name : {std::string("post"), std::string("_"), std::string("P0st_2"), std::string(63, 'a'),
                                  std::string("sqlite"), std::string("millraces_1"), std::string("select")}) {
    EXPECT_TRUE(check_table_name(name)) << name;
  }
}

TEST(CheckTableName, refuses_other_names_and_says_why) {
  for (const std::string& name :
       {std::string(), std::string("1post"), std::string("po st"), std::string("pöst"), std::string("a-b"),
        std::string("a\"b"), std::string("a.b"), std::string(64, 'a'), std::string("a\0b", 3)}) {
    const auto checked = check_table_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().code, Code::invalid_argument);
    EXPECT_EQ(checked.error().message,
              "'" + name + "' is no table name: a letter or _, then letters, digits and _, at most 63 in all");
  }
  for (const std::string name : {"sqlite_x", "SQLite_", "millrace_checkpoint", "MILLRACE_x"}) {
    const auto checked = check_table_name(name);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().message, "'" + name + "' is no table name: sqlite_… and millrace_… are kept");
  }
}

}  // namespace
}  // namespace millrace

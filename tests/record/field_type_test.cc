// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/field_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/record/json.h"
#include "millrace/record/json_scanner.h"
#include "support/padded_text.h"

namespace millrace {
namespace {

// What a field with this JSON text becomes, or the error's words.
Result<Value> converted(const std::string& json, FieldType type) {
  const test::PaddedText record("{\"f\":" + json + "}");
  JsonScanner scanner;
  RecordView view;
  EXPECT_TRUE(scanner.scan_record(record.view(), view)) << json;
  return convert(view.fields.at(0), type);
}

void expect_refused(FieldType type, std::string_view wanted, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const auto value = converted(text, type);
    ASSERT_FALSE(value) << text << " became " << to_json(*value);
    EXPECT_EQ(value.error().code, Code::invalid_record);
    EXPECT_EQ(value.error().message, "field 'f': " + text + " is no " + std::string(wanted));
  }
}

TEST(ParseTypeRules, reads_every_type) {
  const auto rules =
      parse_type_rules("a=text,b=int,c=float,d=decimal,e=bool,f=datetime,g=duration,h=uuid,i=bytes,j=record");
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->rules.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(rules->rules[i].field, std::string(1, static_cast<char>('a' + i)));
    EXPECT_EQ(rules->rules[i].type, static_cast<FieldType>(i));
  }
  EXPECT_FALSE(rules->automatic);
  EXPECT_EQ(rules->find("c")->type, FieldType::real);
  EXPECT_EQ(rules->find("z"), nullptr);
}

TEST(ParseTypeRules, takes_auto_alone_and_among_rules) {
  EXPECT_TRUE(parse_type_rules("auto")->automatic);
  EXPECT_TRUE(parse_type_rules("auto")->empty());
  EXPECT_TRUE(parse_type_rules("id=uuid,auto")->automatic);
  EXPECT_EQ(parse_type_rules("id=uuid,auto")->rules.size(), 1u);
  EXPECT_TRUE(parse_type_rules("")->empty());
}

TEST(ParseTypeRules, takes_the_last_equals_sign) { EXPECT_EQ(parse_type_rules("a=b=int")->rules[0].field, "a=b"); }

TEST(ParseTypeRules, names_the_part_that_is_wrong) {
  const auto words = [](std::string_view text) {
    const auto rules = parse_type_rules(text);
    EXPECT_FALSE(rules) << text;
    return rules ? "" : rules.error().message;
  };
  EXPECT_EQ(words("a"), "--types: 'a' is not FIELD=TYPE or auto");
  EXPECT_EQ(words("=int"), "--types: '=int' is not FIELD=TYPE or auto");
  EXPECT_EQ(words("a=int,,b=int"), "--types: '' is not FIELD=TYPE or auto");
  EXPECT_EQ(words("a=int,"), "--types: '' is not FIELD=TYPE or auto");
  EXPECT_EQ(
      words("a=int,b=integer"),
      "--types: 'integer' is no type: use text, int, float, decimal, bool, datetime, duration, uuid, bytes or record");
  EXPECT_EQ(words("a=int,a=text"), "--types: the field 'a' stands twice");
  EXPECT_EQ(parse_type_rules("a").error().code, Code::invalid_argument);
}

TEST(Convert, keeps_null_whatever_the_type) {
  for (int type = 0; type <= static_cast<int>(FieldType::record); ++type) {
    EXPECT_EQ(converted("null", static_cast<FieldType>(type)), Value(nullptr));
  }
}

TEST(Convert, refuses_arrays_and_objects_whatever_the_type) {
  for (int type = 0; type <= static_cast<int>(FieldType::record); ++type) {
    expect_refused(static_cast<FieldType>(type), "scalar that could be converted", {"[1]", "{\"a\":1}"});
  }
}

TEST(Convert, makes_ints) {
  EXPECT_EQ(converted("-7", FieldType::integer), Value(std::int64_t{-7}));
  EXPECT_EQ(converted("\"42\"", FieldType::integer), Value(std::int64_t{42}));
  EXPECT_EQ(converted("\"+42\"", FieldType::integer), Value(std::int64_t{42}));
  EXPECT_EQ(converted("\"\\u0034\"", FieldType::integer), Value(std::int64_t{4}));
  EXPECT_EQ(converted("1e3", FieldType::integer), Value(std::int64_t{1000}));
  EXPECT_EQ(converted("-2.0", FieldType::integer), Value(std::int64_t{-2}));
  EXPECT_EQ(converted("9007199254740992.0", FieldType::integer), Value(std::int64_t{1} << 53));
  EXPECT_EQ(converted("9223372036854775807", FieldType::integer), Value(std::numeric_limits<std::int64_t>::max()));
  expect_refused(FieldType::integer, "int",
                 {"9223372036854775808", "1.5", "1e30", "9007199254740994.0", "\"\"", "\" 1\"", "\"1 \"", "\"1.0\"",
                  "\"+-5\"", "\"++5\"", "\"+\"", "\"0x1\"", "\"a\"", "true", "1e400"});
}

TEST(Convert, makes_floats) {
  EXPECT_EQ(converted("7", FieldType::real), Value(7.0));
  EXPECT_EQ(converted("1.5e3", FieldType::real), Value(1500.0));
  EXPECT_EQ(converted("\"-0.25\"", FieldType::real), Value(-0.25));
  EXPECT_EQ(converted("\"+.5\"", FieldType::real), Value(0.5));
  expect_refused(FieldType::real, "float",
                 {"1e400", "\"\"", "\"nan\"", "\"inf\"", "\"1,5\"", "\"1.5 \"", "\"0x1p3\"", "false"});
}

TEST(Convert, makes_decimals_digit_for_digit) {
  EXPECT_EQ(converted("1.10", FieldType::decimal), Value(Decimal{"1.10"}));
  EXPECT_EQ(converted("\"-0.001\"", FieldType::decimal), Value(Decimal{"-0.001"}));
  EXPECT_EQ(converted("1234567890123456789012345678", FieldType::decimal), Value(Decimal{"1234567890123456789012345678"}));
  expect_refused(FieldType::decimal, "decimal of at most 28 digits",
                 {"12345678901234567890123456789", "1e5", "\"\"", "\"-\"", "\".\"", "\".5\"", "\"5.\"", "\"1.2.3\"",
                  "\"--1\"", "\"+1\"", "\"1_0\"", "true"});
}

TEST(Convert, makes_bools) {
  EXPECT_EQ(converted("true", FieldType::boolean), Value(true));
  EXPECT_EQ(converted("\"false\"", FieldType::boolean), Value(false));
  expect_refused(FieldType::boolean, "bool", {"1", "0", "\"True\"", "\"yes\"", "\"\""});
}

TEST(Convert, makes_texts_as_json_prints_them) {
  EXPECT_EQ(converted("\"a\\nb\"", FieldType::text), Value(std::string("a\nb")));
  EXPECT_EQ(converted("1.50", FieldType::text), Value(std::string("1.50")));
  EXPECT_EQ(converted("12345678901234567890", FieldType::text), Value(std::string("12345678901234567890")));
  EXPECT_EQ(converted("true", FieldType::text), Value(std::string("true")));
}

TEST(Convert, makes_datetimes) {
  EXPECT_EQ(converted("\"2024-05-01T12:00:00+02:00\"", FieldType::datetime), Value(*parse_rfc3339("2024-05-01T10:00:00Z")));
  expect_refused(FieldType::datetime, "RFC 3339 datetime", {"\"2024-05-01\"", "\"2023-02-29T00:00:00Z\"", "\"\""});
  expect_refused(FieldType::datetime, "datetime", {"1714564800", "true"});
}

TEST(Convert, makes_durations) {
  EXPECT_EQ(converted("\"1h30m\"", FieldType::duration), Value(Duration{5400, 0}));
  expect_refused(FieldType::duration, "duration such as 1h30m", {"\"90\"", "\"\"", "\"-1h\""});
  expect_refused(FieldType::duration, "duration", {"90"});
}

TEST(Convert, makes_uuids) {
  const std::string text = "0190163d-8694-739b-aea5-966c26f8ad91";
  EXPECT_EQ(converted("\"" + text + "\"", FieldType::uuid), Value(*parse_uuid(text)));
  expect_refused(FieldType::uuid, "uuid", {"\"0190163d8694739baea5966c26f8ad91\"", "\"\"", "7"});
}

TEST(Convert, makes_bytes_of_base64) {
  EXPECT_EQ(converted("\"Zm9v\"", FieldType::bytes), Value(Bytes{"foo"}));
  EXPECT_EQ(converted("\"\"", FieldType::bytes), Value(Bytes{""}));
  expect_refused(FieldType::bytes, "base64 text", {"\"Zm9\"", "\"!\"", "7"});
}

TEST(Convert, makes_record_links) {
  EXPECT_EQ(converted("\"author:7\"", FieldType::record), Value(RecordLink{"author", {Value(std::int64_t{7})}}));
  EXPECT_EQ(converted("\"author:ann\"", FieldType::record), Value(RecordLink{"author", {Value(std::string("ann"))}}));
  EXPECT_EQ(converted("\"author:⟨7⟩\"", FieldType::record), Value(RecordLink{"author", {Value(std::string("7"))}}));
  expect_refused(FieldType::record, "record id such as table:key",
                 {"\"author\"", "\":7\"", "\"author:\"", "\"author:⟨⟩\"", "\"a b:7\"", "\"sqlite_x:7\"", "\"\""});
  expect_refused(FieldType::record, "record id", {"7"});
}

TEST(Convert, shows_the_first_60_bytes_of_a_long_value_cut_between_characters) {
  for (std::size_t before = 50; before < 62; ++before) {
    const auto value = converted("\"" + std::string(before, 'x') + "🦀🦀🦀🦀\"", FieldType::integer);
    ASSERT_FALSE(value);
    const std::size_t crabs = before < 59 ? (59 - before) / 4 : 0;
    std::string shown = "\"" + std::string(std::min<std::size_t>(before, 59), 'x');
    for (std::size_t i = 0; i < crabs; ++i) shown += "🦀";
    EXPECT_EQ(value.error().message, "field 'f': " + shown + "… is no int");
  }
}

}  // namespace
}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <chrono>
#include <cmath>
#include <limits>

#include "random_value.h"

namespace millrace {
namespace {

using test::Random;

TEST(AppendJsonString, escapes_what_has_to_be_and_nothing_else) {
  std::string out = "x";
  append_json_string(out, std::string_view("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\0é🦀", 21));
  EXPECT_EQ(out, "x\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000é🦀\"");
}

TEST(AppendJsonString, escapes_a_byte_wherever_it_stands) {
  for (std::size_t size = 1; size <= 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char special : {'"', '\\', '\n', '\x7f', '\xc3'}) {
        std::string text(size, 'x');
        text[at] = special;
        const std::string shown = special == '\n' ? "\\n" : special == '"' || special == '\\' ? std::string("\\") + special : std::string(1, special);
        std::string out;
        append_json_string(out, text);
        ASSERT_EQ(out, '"' + std::string(at, 'x') + shown + std::string(size - at - 1, 'x') + '"');
      }
    }
  }
}

TEST(ToJson, writes_each_type_as_the_contract_has_it) {
  EXPECT_EQ(to_json(None{}), "null");
  EXPECT_EQ(to_json(nullptr), "null");
  EXPECT_EQ(to_json(true), "true");
  EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_json(Decimal{"-1.10"}), "\"-1.10\"");
  EXPECT_EQ(to_json(std::string("té\"xt")), "\"té\\\"xt\"");
  EXPECT_EQ(to_json(Bytes{"\x01\xff"}), "\"Af8=\"");
  EXPECT_EQ(to_json(*parse_rfc3339("2024-05-01T12:00:00.250+02:00")), "\"2024-05-01T10:00:00.250Z\"");
  EXPECT_EQ(to_json(Duration{5400, 0}), "\"1h30m\"");
  EXPECT_EQ(to_json(*parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91")), "\"0190163d-8694-739b-aea5-966c26f8ad91\"");
  EXPECT_EQ(to_json(Tagged{88, {Value(Array{1.0, 2.0})}}), "[1.0,2.0]");
}

TEST(ToJson, writes_floats_so_that_they_stay_floats) {
  EXPECT_EQ(to_json(1.0), "1.0");
  EXPECT_EQ(to_json(-0.0), "-0.0");
  EXPECT_EQ(to_json(0.1), "0.1");
  EXPECT_EQ(to_json(1e300), "1e+300");
  EXPECT_EQ(to_json(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(to_json(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(to_json(-std::numeric_limits<double>::infinity()), "null");
}

TEST(ToJson, writes_a_record_link_as_surrealql_does) {
  EXPECT_EQ(to_json(RecordLink{"post", {Value(std::int64_t{7})}}), "\"post:7\"");
  EXPECT_EQ(to_json(RecordLink{"post", {Value(std::string("abc_1"))}}), "\"post:abc_1\"");
  EXPECT_EQ(to_json(RecordLink{"post", {Value(std::string("7"))}}), "\"post:⟨7⟩\"");  // a text, unlike post:7
  EXPECT_EQ(to_json(RecordLink{"post", {Value(std::string("a b"))}}), "\"post:⟨a b⟩\"");
  EXPECT_EQ(to_json(RecordLink{"post", {Value(*parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91"))}}),
            "\"post:u'0190163d-8694-739b-aea5-966c26f8ad91'\"");
  EXPECT_EQ(to_json(RecordLink{"post", {Value(Array{std::string("a"), std::int64_t{1}})}}), R"("post:[\"a\",1]")");
}

TEST(ToJson, leaves_out_members_that_are_none) {
  EXPECT_EQ(to_json(Object{{"a", None{}}, {"b", nullptr}, {"c", Object{{"d", None{}}}}}), R"({"b":null,"c":{}})");
  EXPECT_EQ(to_json(Array{None{}, std::int64_t{1}}), "[null,1]");
}

TEST(DecodeJsonString, decodes_every_escape) {
  EXPECT_EQ(decode_json_string(R"("")"), "");
  EXPECT_EQ(decode_json_string(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(decode_json_string(R"("a\u0041\u00e9\u20AC\ud83e\udd80z")"), "aAé€🦀z");
  EXPECT_EQ(decode_json_string(R"("\u0000")"), std::string(1, '\0'));
  EXPECT_EQ(decode_json_string(R"("\u007f\u0080\u07ff\u0800\uffff\ud800\udc00\udbff\udfff")"),
            "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

TEST(ParseJson, reads_each_type) {
  EXPECT_EQ(parse_json(" null "), Value(nullptr));
  EXPECT_EQ(parse_json("true"), Value(true));
  EXPECT_EQ(parse_json("-0"), Value(std::int64_t{0}));
  EXPECT_EQ(parse_json("9223372036854775807"), Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(parse_json("9223372036854775808"), Value(Decimal{"9223372036854775808"}));
  EXPECT_EQ(parse_json("1.0"), Value(1.0));
  EXPECT_EQ(parse_json("\r\n[1 , \"a\\n\" , { } , [ ]]\t"),
            Value(Array{std::int64_t{1}, std::string("a\n"), Object(), Array()}));
  EXPECT_EQ(parse_json(R"({"b":1,"a":{"\u0063":2}})"),
            Value(Object{{"b", std::int64_t{1}}, {"a", Object{{"c", std::int64_t{2}}}}}));
}

TEST(ParseJson, reads_reals_beyond_a_doubles_range_as_infinity_and_zero) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const char* text : {"1e400", "0.001e400", "12345e308", "1e99999999999999999999"})
    EXPECT_EQ(parse_json(text), Value(infinity)) << text;
  EXPECT_EQ(parse_json("-1e400"), Value(-infinity));
  for (const char* text : {"1e-400", "1000e-400", "0.0001e-322", "1e-99999999999999999999", "0e999"}) {
    EXPECT_EQ(parse_json(text), Value(0.0)) << text;
  }
  EXPECT_TRUE(std::signbit(*parse_json("-1e-400")->get_if<double>()));
}

TEST(ParseJson, lets_the_last_of_duplicate_keys_win_in_the_place_of_the_first) {
  EXPECT_EQ(to_json(*parse_json(R"({"a":1,"b":2,"a":3,"c":{"x":1,"x":2},"a":4})")), R"({"a":4,"b":2,"c":{"x":2}})");
}

TEST(ParseJson, reads_a_hostile_object_in_time_that_grows_with_its_size) {
  std::string text = "{\"k\":0";
  for (int i = 0; i < 100'000; ++i) text += ",\"k" + std::to_string(i) + "\":0";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(parse_json(text + "}")->get_if<Object>()->size(), 100'001u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(ParseJson, says_where_the_text_is_broken) {
  const auto fault = [](std::string_view text) {
    const auto value = parse_json(text);
    if (value) return std::string("taken");
    EXPECT_EQ(value.error().code, Code::invalid_json);
    return describe(value.error());
  };
  EXPECT_EQ(fault("  [1,]"), "(byte 5): expected a value");
  EXPECT_EQ(fault(" 1 2"), "(byte 3): text follows the value");
  EXPECT_EQ(fault(""), "(byte 0): expected a value");
  EXPECT_EQ(fault("  "), "(byte 2): expected a value");
  EXPECT_EQ(fault("\"\xff\""), "the text is not valid UTF-8");
  EXPECT_EQ(fault("\"\xed\xa0\x80\""), "the text is not valid UTF-8");
  EXPECT_EQ(fault("{\"a\":1}{\"a\":2}"), "(byte 7): text follows the value");
}

TEST(Json, reads_back_what_it_writes) {
  Random random;
  for (int i = 0; i < 3'000; ++i) {
    const Value value = test::random_json_object(random);
    const std::string text = to_json(value);
    ASSERT_EQ(parse_json(text), value) << text;
    const std::string loose = test::loosely_written(random, value);
    ASSERT_EQ(parse_json(loose), value) << loose;
  }
}

TEST(Json, writes_what_simdjson_reads) {
  Random random;
  simdjson::dom::parser oracle;
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = to_json(test::random_json_object(random));
    ASSERT_EQ(oracle.parse(text).error(), simdjson::SUCCESS) << text;
  }
}

TEST(Base64, gives_the_vectors_of_rfc_4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, goes_both_ways_for_any_bytes) {
  Random random;
  for (int i = 0; i < 300; ++i) {
    std::string bytes(random.below(50), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.bits());
    ASSERT_EQ(decode_base64(encode_base64(bytes)), bytes);
  }
}

TEST(Base64, refuses_any_other_text) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=g==", "Zg=a", "Zg==Zg==", "Zm9-", "Zm9_", "Zm 9", "Zm9v\n"}) {
    const auto bytes = decode_base64(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().code, Code::invalid_record);
  }
  EXPECT_FALSE(decode_base64(std::string_view("Zm9\0", 4)));
}

}  // namespace
}  // namespace millrace

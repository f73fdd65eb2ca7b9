// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/block_writer.h"

#include <gtest/gtest.h>

#include "random_value.h"
#include "written.h"

namespace millrace {
namespace {

using test::commit_time;
using test::Random;
using test::refused;
using test::Writing;
using test::written;

const RecordShape post{.table = "post"};
const RecordShape reading{.table = "reading"};

// A post's body once the commit's time is stamped into it.
std::string stamped(std::string_view json, Encoding encoding = Encoding::json) {
  Writing writing(post, encoding);
  const Result<void> added = writing.add(json);
  EXPECT_TRUE(added) << json << ": " << (added ? "" : describe(added.error()));
  if (!added) return "";
  writing.block.stamp(0, 1, commit_time);
  return writing.body(0);
}

RecordShape with_types(RecordShape shape, std::string_view rules) {
  shape.types = *parse_type_rules(rules);
  return shape;
}

TEST(PostTitle, is_a_text_that_is_not_empty) {
  EXPECT_EQ(refused(R"({"id":1})", post), "title is missing");
  EXPECT_EQ(refused(R"({"id":1,"title":null})", post), "title is null, not a text");
  EXPECT_EQ(refused(R"({"id":1,"title":7})", post), "title is an int, not a text");
  EXPECT_EQ(refused(R"({"id":1,"title":7.5})", post), "title is a float, not a text");
  EXPECT_EQ(refused(R"({"id":1,"title":false})", post), "title is a bool, not a text");
  EXPECT_EQ(refused(R"({"id":1,"title":["a"]})", post), "title is an array, not a text");
  EXPECT_EQ(refused(R"({"id":1,"title":{}})", post), "title is an object, not a text");
  EXPECT_EQ(refused(R"({"id":1,"title":""})", post), "title is empty");
}

TEST(PostTitle, may_be_1_kib_and_no_more) {
  const auto titled = [](const std::string& title) { return "{\"id\":1,\"content\":\"\",\"title\":\"" + title + "\"}"; };
  EXPECT_NE(stamped(titled(std::string(1024, 'x'))), "");
  EXPECT_EQ(refused(titled(std::string(1025, 'x')), post), "title has 1025 bytes, more than 1024");
}

TEST(PostTitle, is_measured_in_bytes_of_its_decoded_text) {
  const auto titled = [](std::string_view character, std::size_t count) {
    std::string json = "{\"id\":1,\"title\":\"";
    for (std::size_t i = 0; i < count; ++i) json += character;
    return json + "\"}";
  };
  EXPECT_NE(stamped(titled("\\u0041", 1024)), "");
  EXPECT_EQ(refused(titled("\\u0041", 1025), post), "title has 1025 bytes, more than 1024");
  EXPECT_NE(stamped(titled("\\ud83e\\udd80", 256)), "");
  EXPECT_EQ(refused(titled("\\ud83e\\udd80", 257), post), "title has 1028 bytes, more than 1024");
  EXPECT_NE(stamped(titled("é", 512)), "");
  EXPECT_EQ(refused(titled("é", 513), post), "title has 1026 bytes, more than 1024");
}

TEST(PostContent, is_kept_when_it_is_a_text) {
  const std::string whole = R"({"id":1,"title":"t","content":"a\nb","created_at":"2024-05-01T10:00:00Z"})";
  EXPECT_EQ(written(whole, post), whole);
  EXPECT_EQ(refused(R"({"id":1,"title":"t","content":7})", post), "content is an int, not a text");
  EXPECT_EQ(refused(R"({"id":1,"title":"t","content":[]})", post), "content is an array, not a text");
}

TEST(PostContent, is_the_empty_text_when_absent_or_null) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    const std::string id = encoding == Encoding::json ? "1" : "\"post:1\"";
    const std::string expected = "{\"id\":" + id + R"(,"title":"t","created_at":"2024-05-01T10:00:00Z","content":""})";
    EXPECT_EQ(written(R"({"id":1,"title":"t","created_at":"2024-05-01T10:00:00Z"})", post, encoding), expected);
    EXPECT_EQ(written(R"({"id":1,"content":null,"title":"t","created_at":"2024-05-01T10:00:00Z"})", post, encoding),
              expected);
  }
}

TEST(PostCreatedAt, is_the_commits_when_absent_or_null) {
  for (const char* json :
       {R"({"id":1,"title":"t","content":"c"})", R"({"id":1,"title":"t","created_at":null,"content":"c"})"}) {
    EXPECT_EQ(stamped(json), R"({"id":1,"title":"t","content":"c","created_at":"2024-06-02T11:12:13.456Z"})");
    EXPECT_EQ(stamped(json, Encoding::cbor),
              R"({"id":"post:1","title":"t","content":"c","created_at":"2024-06-02T11:12:13.456Z"})");
  }
}

TEST(PostCreatedAt, is_the_records_own_in_utc) {
  const auto given = [](std::string_view time) {
    return R"({"id":1,"title":"t","content":"c","created_at":")" + std::string(time) + "\"}";
  };
  EXPECT_EQ(stamped(given("2024-05-01T10:00:00.5Z")), given("2024-05-01T10:00:00.5Z"));
  EXPECT_EQ(stamped(given("2024-05-01T12:00:00+02:00")), given("2024-05-01T10:00:00Z"));
  EXPECT_EQ(stamped(given("2024-05-01 10:00:00Z")), given("2024-05-01T10:00:00Z"));
  EXPECT_EQ(stamped(given("2024-05-01t10:00:00.250z")), given("2024-05-01T10:00:00.250Z"));
  EXPECT_EQ(stamped(given("2024-05-01T10:00:00\\u005a")), given("2024-05-01T10:00:00Z"));
  Writing writing(post);
  ASSERT_TRUE(writing.add(given("2024-05-01T12:00:00+02:00")));
  EXPECT_EQ(writing.block.entries[0].created_at, parse_rfc3339("2024-05-01T10:00:00Z"));
}

TEST(PostCreatedAt, is_surrealdbs_datetime) {
  Writing writing(post, Encoding::cbor);
  ASSERT_TRUE(writing.add(R"({"id":1,"title":"t","created_at":"2024-05-01T12:00:00.000000001+02:00"})"));
  ASSERT_TRUE(writing.add(R"({"id":2,"title":"t"})"));
  writing.block.stamp(0, 2, commit_time);
  EXPECT_EQ(*writing.value(0).find("created_at"), Value(*parse_rfc3339("2024-05-01T10:00:00.000000001Z")));
  EXPECT_EQ(*writing.value(1).find("created_at"), Value(commit_time));
}

TEST(PostCreatedAt, is_refused_when_it_is_no_datetime) {
  const auto words = [](std::string_view value) {
    return refused(R"({"id":1,"title":"t","created_at":)" + std::string(value) + "}", post);
  };
  EXPECT_EQ(words("1714564800"), "created_at 1714564800 is no RFC 3339 datetime");
  EXPECT_EQ(words("\"yesterday\""), "created_at \"yesterday\" is no RFC 3339 datetime");
  EXPECT_EQ(words("\"2023-02-29T00:00:00Z\""), "created_at \"2023-02-29T00:00:00Z\" is no RFC 3339 datetime");
  EXPECT_EQ(words("\"\""), "created_at \"\" is no RFC 3339 datetime");
  EXPECT_EQ(words("true"), "created_at true is no RFC 3339 datetime");
  std::string crabs;
  for (int i = 0; i < 20; ++i) crabs += "🦀";
  EXPECT_EQ(words("\"" + crabs + "\""), "created_at \"" + crabs.substr(0, 56) + "… is no RFC 3339 datetime");
}

TEST(Post, keeps_further_fields_as_they_are) {
  EXPECT_EQ(stamped(R"({"n":1.50,"title":"t","big":12345678901234567890123,"id":"a","o":{"b":[ 1 ]},"x":null})"),
            R"({"id":"a","n":1.50,"title":"t","big":12345678901234567890123,"o":{"b":[ 1 ]},"x":null,"content":"",)"
            R"("created_at":"2024-06-02T11:12:13.456Z"})");
}

TEST(Post, has_its_shape_after_types) {
  EXPECT_EQ(refused(R"({"title":"5"})", with_types(post, "title=int")), "title is an int, not a text");
  EXPECT_EQ(refused(R"({"title":"t","content":"Zg=="})", with_types(post, "content=bytes")),
            "content is bytes, not a text");
  EXPECT_EQ(refused(R"({"title":"t","created_at":"7"})", with_types(post, "created_at=int")),
            "created_at 7 is no RFC 3339 datetime");
  const std::string body = written(R"({"id":1,"title":5,"content":null,"created_at":"2024-05-01T12:00:00+02:00"})",
                                   with_types(post, "title=text,content=text,created_at=datetime"));
  EXPECT_EQ(body, R"({"id":1,"title":"5","created_at":"2024-05-01T10:00:00Z","content":""})");
}

TEST(Post, of_values_has_the_same_shape) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    Writing writing(post, encoding);
    EXPECT_EQ(writing.refused(Object{{"content", std::string("c")}}), "title is missing");
    EXPECT_EQ(writing.refused(Object{{"title", commit_time}}), "title is a datetime, not a text");
    EXPECT_EQ(writing.refused(Object{{"title", std::string(1025, 'x')}}), "title has 1025 bytes, more than 1024");
    EXPECT_EQ(writing.refused(Object{{"title", std::string("t")}, {"created_at", std::string("now")}}),
              "created_at \"now\" is no RFC 3339 datetime");
    ASSERT_TRUE(writing.add(
        Object{{"id", std::int64_t{1}}, {"title", std::string("t")}, {"created_at", commit_time}, {"x", None{}}}));
    EXPECT_EQ(*writing.value(0).find("content"), Value(std::string()));
    EXPECT_EQ(writing.value(0).find("x"), nullptr);
    EXPECT_EQ(writing.block.entries[0].created_at, commit_time);
  }
}

TEST(RecordOfValues, is_checked_like_one_that_was_read) {
  Value deep = std::int64_t{0};
  for (std::size_t i = 0; i < cbor::json_depth_max; ++i) deep = Array{std::move(deep)};
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    Writing writing(reading, encoding);
    EXPECT_EQ(writing.refused(Object{{"a", std::string("\xff")}}), "field 'a' is not valid UTF-8");
    EXPECT_EQ(writing.refused(Object{{"\xff", nullptr}}), "a field's name is not valid UTF-8");
    EXPECT_EQ(writing.refused(Object{{"a", Array{Object{{"\xff", nullptr}}}}}), "field 'a' is not valid UTF-8");
    EXPECT_EQ(writing.refused(Object{{"a", RecordLink{"t", {Value(std::string("\xff"))}}}}),
              "field 'a' is not valid UTF-8");
    EXPECT_EQ(writing.refused(Object{{"a", Tagged{88, {Value(std::string("\xff"))}}}}), "field 'a' is not valid UTF-8");
    EXPECT_EQ(writing.refused(Object{{"a", Decimal{"1e5"}}}), "field 'a' is no decimal of at most 28 digits");
    EXPECT_EQ(writing.refused(Object{{"a", Array{deep}}}), "field 'a' nests too deep");
    EXPECT_TRUE(writing.add(Object{{"a", deep}, {"b", Bytes{"\xff"}}, {"c", Decimal{"-1.5"}}}));
  }
}

TEST(OtherTable, takes_any_object_and_adds_nothing) {
  EXPECT_EQ(written(R"({"id":1})", reading), R"({"id":1})");
  const std::string odd = R"({"id":1,"title":7,"content":[],"created_at":"yesterday"})";
  EXPECT_EQ(written(odd, reading), odd);
  EXPECT_EQ(written(odd, reading, Encoding::cbor), R"({"id":"reading:1","title":7,"content":[],"created_at":"yesterday"})");
  const std::string offset = R"({"id":1,"created_at":"2024-05-01T12:00:00+02:00"})";
  EXPECT_EQ(written(offset, reading), offset);
}

TEST(OtherTable, tells_created_at_when_it_is_a_datetime) {
  Writing writing(reading);
  ASSERT_TRUE(writing.add(R"({"id":1,"created_at":"2024-05-01T12:00:00+02:00"})"));
  ASSERT_TRUE(writing.add(R"({"id":2,"created_at":"yesterday"})"));
  ASSERT_TRUE(writing.add(R"({"id":3,"created_at":7})"));
  EXPECT_EQ(writing.block.entries[0].created_at, parse_rfc3339("2024-05-01T10:00:00Z"));
  EXPECT_EQ(writing.block.entries[1].created_at, std::nullopt);
  EXPECT_EQ(writing.block.entries[2].created_at, std::nullopt);
}

TEST(Types, are_written_as_the_store_has_them) {
  const RecordShape shape = with_types(reading, "t=datetime,d=decimal,u=duration,b=bytes,r=record,i=int,f=float,x=text");
  const std::string json =
      R"({"id":1,"t":"2024-05-01T12:00:00+02:00","d":1.10,"u":"90m","b":"Zm9v","r":"user:7","i":"42","f":1,"x":1.0,"n":null})";
  EXPECT_EQ(
      written(json, shape),
      R"({"id":1,"t":"2024-05-01T10:00:00Z","d":"1.10","u":"1h30m","b":"Zm9v","r":"user:7","i":42,"f":1.0,"x":"1.0","n":null})");
  Writing writing(shape, Encoding::cbor);
  ASSERT_TRUE(writing.add(json));
  const Value body = writing.value(0);
  EXPECT_EQ(*body.find("t"), Value(*parse_rfc3339("2024-05-01T10:00:00Z")));
  EXPECT_EQ(*body.find("d"), Value(Decimal{"1.10"}));
  EXPECT_EQ(*body.find("u"), Value(Duration{5400, 0}));
  EXPECT_EQ(*body.find("b"), Value(Bytes{"foo"}));
  EXPECT_EQ(*body.find("r"), Value(RecordLink{"user", {Value(std::int64_t{7})}}));
  EXPECT_EQ(*body.find("f"), Value(1.0));
}

TEST(Types, refuse_what_does_not_convert) {
  EXPECT_EQ(refused(R"({"when":"x"})", with_types(reading, "when=datetime")), "field 'when': \"x\" is no RFC 3339 datetime");
}

TEST(FieldByField, is_written_in_the_order_in_which_it_is_put) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    Writing writing(post, encoding);
    writing.writer().begin();
    writing.writer().put({"b\"c", R"(["x", 1])", JsonKind::array});
    writing.writer().put("at", Value(*parse_rfc3339("2024-05-01T10:00:00Z")));
    writing.writer().put({"title", R"("\u0041")", JsonKind::string, true});
    writing.writer().put("none", Value(None{}));
    writing.writer().put("id", Value(std::int64_t{7}));
    writing.writer().put({"created_at", R"("2024-05-01T10:00:00Z")", JsonKind::string});
    ASSERT_TRUE(writing.writer().end({.line = 3, .byte = 9}, writing.block));
    const Value body = writing.value(0);
    EXPECT_EQ(*body.find("title"), Value(std::string("A")));
    EXPECT_EQ(*body.find("b\"c"), (Value(Array{std::string("x"), std::int64_t{1}})));
    EXPECT_EQ(body.find("none"), nullptr);
    EXPECT_EQ(writing.block.place(0).line, 3u);
    EXPECT_EQ(to_json(*body.find("at")), R"("2024-05-01T10:00:00Z")");
  }
}

TEST(FieldByField, has_its_tables_shape_and_is_refused_as_a_whole) {
  Writing writing(post);
  writing.writer().begin();
  writing.writer().put("title", Value(*parse_rfc3339("2024-05-01T10:00:00Z")));
  Result<void> done = writing.writer().end({}, writing.block);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "title is a datetime, not a text");
  writing.writer().begin();
  writing.writer().put("title", Value(std::string("t")));
  writing.writer().put("x", Value(std::string("\xff")));
  done = writing.writer().end({}, writing.block);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "field 'x' is not valid UTF-8");
  EXPECT_EQ(writing.block.size(), 0u);
  EXPECT_TRUE(writing.block.bytes.empty());
}

TEST(BlockWriter, refuses_what_surrealdb_cannot_take_with_the_fields_name) {
  EXPECT_EQ(Writing(reading, Encoding::cbor).refused(R"({"id":1,"a":1,"b":[1e400]})"),
            "field 'b': 1e400 is outside a float's range");
  EXPECT_EQ(written(R"({"id":1,"b":[1e400]})", reading), R"({"id":1,"b":[1e400]})");
}

TEST(BlockWriter, leaves_the_records_before_a_refused_one_as_they_were) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    Writing writing(post, encoding);
    ASSERT_TRUE(writing.add(R"({"title":"first"})"));
    const std::string before = writing.body(0);
    writing.refused(R"({"id":"a text id","title":""})");
    writing.refused(R"({"id":"user:1","title":"t"})", Code::invalid_id);
    if (encoding == Encoding::cbor) writing.refused(R"({"id":"x","title":"t","a":"written already","b":1e400})");
    ASSERT_TRUE(writing.add(R"({"title":"second"})", {.byte = 1}));
    EXPECT_EQ(writing.block.size(), 2u);
    EXPECT_EQ(writing.body(0), before);
    EXPECT_EQ(*writing.value(1).find("title"), Value(std::string("second")));
  }
}

TEST(BlockWriter, writes_valid_bodies_that_say_the_same_in_both_encodings) {
  Random random;
  Writing json(post, Encoding::json);
  Writing cbor(post, Encoding::cbor);
  for (std::size_t i = 0; i < 1'000; ++i) {
    Object fields = *test::random_json_object(random).get_if<Object>();
    fields.push_back({"title", std::string("t") + test::random_text(random)});
    if (random.one_in(2))
      fields.push_back({"id", random.one_in(2) ? Value(static_cast<std::int64_t>(i)) : Value("k" + std::to_string(i))});
    if (random.one_in(2))
      fields.push_back({"content", random.one_in(3) ? Value(nullptr) : Value(test::random_text(random))});
    if (random.one_in(2))
      fields.push_back({"created_at", random.one_in(3) ? Value(nullptr) : Value(std::string("2024-05-01T10:00:00Z"))});
    std::string text = test::loosely_written(random, fields);
    text.erase(0, text.find('{'));
    ASSERT_TRUE(json.add(text, {.byte = i})) << text;
    ASSERT_TRUE(cbor.add(text, {.byte = i})) << text;
  }
  json.block.stamp(0, json.block.size(), commit_time);
  cbor.block.stamp(0, cbor.block.size(), commit_time);
  for (std::size_t i = 0; i < json.block.size(); ++i) {
    ASSERT_EQ(json.block.id(i).to_id(), cbor.block.id(i).to_id());
    const Value text = json.value(i);
    const Value tree = cbor.value(i);
    ASSERT_EQ(text.get_if<Object>()->size(), tree.get_if<Object>()->size());
    for (const char* field : {"id", "title", "content", "created_at"}) ASSERT_NE(text.find(field), nullptr) << json.body(i);
    for (const Member& member : *text.get_if<Object>()) {
      const Value* const other = tree.find(member.key);
      ASSERT_NE(other, nullptr) << member.key;
      if (member.key == "id") {
        ASSERT_EQ(*read_record_id(*other, "post"), *read_record_id(member.value, "post"));
      } else if (member.key == "created_at") {
        ASSERT_EQ(*other, Value(*parse_rfc3339(member.value.text())));
      } else {
        ASSERT_EQ(*other, member.value) << member.key;
      }
    }
  }
}

}  // namespace
}  // namespace millrace

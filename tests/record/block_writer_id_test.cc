// SPDX-License-Identifier: Apache-2.0
//
// Which ids a record may have, and what becomes of them (contract.md, values).
#include <gtest/gtest.h>

#include <set>

#include "written.h"

namespace millrace {
namespace {

using test::refused;
using test::Writing;
using test::written;

const RecordShape reading{.table = "reading"};
const RecordShape by_sku{.table = "reading", .id_field = "sku"};
const std::string uuid_text = "0190163d-8694-739b-aea5-966c26f8ad91";

RecordId id_of(std::string_view json, const RecordShape& shape, Encoding encoding = Encoding::json) {
  Writing writing(shape, encoding);
  const Result<void> added = writing.add(json);
  EXPECT_TRUE(added) << json << ": " << (added ? "" : describe(added.error()));
  return added ? writing.block.id(0).to_id() : RecordId();
}

TEST(BlockWriterId, is_the_records_own_int_or_text) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    EXPECT_EQ(id_of(R"({"id":7})", reading, encoding), RecordId(std::int64_t{7}));
    EXPECT_EQ(id_of(R"({"id":-9223372036854775808})", reading, encoding),
              RecordId(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(id_of(R"({"id":"7"})", reading, encoding), RecordId(std::string("7")));
    EXPECT_EQ(id_of(R"({"id":"a b"})", reading, encoding), RecordId(std::string("a b")));
    EXPECT_EQ(id_of(R"({"id":"\u00e9\""})", reading, encoding), RecordId(std::string("é\"")));
    EXPECT_EQ(id_of("{\"id\":\"" + uuid_text + "\"}", reading, encoding), RecordId(uuid_text));
  }
}

TEST(BlockWriterId, leaves_the_text_of_a_record_with_an_id_as_it_is) {
  for (const std::string text :
       {R"({ "a":1.50, "id":7 })", R"({"id":"\u0061","b":[1, 2]})", R"({"x":{"id":null},"id":"x"})"}) {
    EXPECT_EQ(written(text, reading), text);
  }
}

TEST(BlockWriterId, goes_into_surrealdbs_record_id) {
  Writing writing(reading, Encoding::cbor);
  ASSERT_TRUE(writing.add(R"({"a":1,"id":7})"));
  ASSERT_TRUE(writing.add(R"({"id":"7"})"));
  EXPECT_EQ(writing.value(0),
            Value(Object{{"id", RecordLink{"reading", {Value(std::int64_t{7})}}}, {"a", std::int64_t{1}}}));
  EXPECT_EQ(writing.value(1), Value(Object{{"id", RecordLink{"reading", {Value(std::string("7"))}}}}));
}

TEST(BlockWriterId, with_the_loads_own_table_is_read_as_key) {
  EXPECT_EQ(id_of(R"({"id":"reading:7"})", reading), RecordId(std::int64_t{7}));
  EXPECT_EQ(id_of(R"({"id":"reading:abc"})", reading), RecordId(std::string("abc")));
  EXPECT_EQ(id_of(R"({"id":"reading:⟨7⟩"})", reading), RecordId(std::string("7")));
  EXPECT_EQ(written(R"({"a":1,"id":"reading:7"})", reading), R"({"id":7,"a":1})");
  EXPECT_EQ(written(R"({"a":1,"id":"reading:a\"b"})", reading), R"({"id":"a\"b","a":1})");
  EXPECT_EQ(written(R"({"id":-0})", reading), R"({"id":0})");
}

TEST(BlockWriterId, is_refused_when_it_is_no_text_int_or_uuid) {
  const auto words = [](std::string_view json) { return refused(json, reading, Code::invalid_id); };
  EXPECT_EQ(words(R"({"id":null})"), "id is null: an id is a text or an int");
  EXPECT_EQ(words(R"({"id":true})"), "id is a bool: an id is a text or an int");
  EXPECT_EQ(words(R"({"id":1.0})"), "id is a float: an id is a text or an int");
  EXPECT_EQ(words(R"({"id":1e3})"), "id is a float: an id is a text or an int");
  EXPECT_EQ(words(R"({"id":["a"]})"), "id is an array: an id is a text or an int");
  EXPECT_EQ(words(R"({"id":{}})"), "id is an object: an id is a text or an int");
  EXPECT_EQ(words(R"({"id":""})"), "id is an empty text");
  EXPECT_EQ(words(R"({"id":9223372036854775808})"), "id 9223372036854775808 is no 64-bit int; write it as a text");
  EXPECT_EQ(words(R"({"id":"user:7"})"), "id 'user:7' names the table user, not reading");
  EXPECT_EQ(words(R"({"id":"reading:"})"), "id 'reading:' has no key");
}

TEST(BlockWriterId, is_a_uuid_only_by_types) {
  RecordShape shape = reading;
  shape.types = *parse_type_rules("id=uuid");
  const std::string json = "{\"id\":\"" + uuid_text + "\",\"a\":1}";
  EXPECT_EQ(id_of(json, shape), RecordId(*parse_uuid(uuid_text)));
  EXPECT_EQ(written(json, shape), json);
  Writing writing(shape, Encoding::cbor);
  ASSERT_TRUE(writing.add(json));
  EXPECT_EQ(*writing.value(0).find("id"), Value(RecordLink{"reading", {Value(*parse_uuid(uuid_text))}}));
  EXPECT_EQ(refused(R"({"id":"x"})", shape), "field 'id': \"x\" is no uuid");
  EXPECT_EQ(refused(R"({"id":null})", shape, Code::invalid_id), "id is null: an id is a text, an int or a uuid");
}

TEST(BlockWriterId, follows_types_to_text_and_int) {
  RecordShape shape = reading;
  shape.types = *parse_type_rules("id=int");
  EXPECT_EQ(id_of(R"({"id":"007"})", shape), RecordId(std::int64_t{7}));
  shape.types = *parse_type_rules("id=text");
  EXPECT_EQ(id_of(R"({"id":7})", shape), RecordId(std::string("7")));
  shape.types = *parse_type_rules("id=float");
  EXPECT_EQ(refused(R"({"id":7})", shape, Code::invalid_id), "id is 7.0: an id is a text, an int or a uuid");
}

TEST(BlockWriterId, is_generated_when_there_is_none) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    Writing writing(reading, encoding);
    ASSERT_TRUE(writing.add(R"({"a":1})", {.byte = 4711}));
    ASSERT_TRUE(writing.add("{}", {.byte = 4720}));
    const std::string first = to_string(test::id_source.id_at(4711));
    EXPECT_EQ(writing.block.id(0).to_id(), RecordId(first));  // a text in every store
    EXPECT_TRUE(writing.block.entries[0].id_generated);
    EXPECT_EQ(writing.block.id(1).text, to_string(test::id_source.id_at(4720)));
    const Value body = writing.value(0);
    EXPECT_EQ(body.get_if<Object>()->front().key, "id");
    const Value id = encoding == Encoding::json ? Value(first) : Value(RecordLink{"reading", {Value(first)}});
    EXPECT_EQ(*body.find("id"), id);
  }
  Writing own(reading);
  ASSERT_TRUE(own.add(R"({"id":1})"));
  EXPECT_FALSE(own.block.entries[0].id_generated);
}

TEST(BlockWriterId, comes_from_the_field_that_is_named) {
  EXPECT_EQ(id_of(R"({"id":"other","sku":"a-1"})", by_sku), RecordId(std::string("a-1")));
  EXPECT_EQ(written(R"({"sku":"a-1","n":2})", by_sku), R"({"id":"a-1","sku":"a-1","n":2})");
  EXPECT_EQ(written(R"({"id":"dropped","sku":5,"n":2})", by_sku), R"({"id":5,"sku":5,"n":2})");
  EXPECT_EQ(written(R"({"id":null,"sku":5})", by_sku, Encoding::cbor), R"({"id":"reading:5","sku":5})");
}

TEST(BlockWriterId, is_missing_when_the_field_that_is_named_is) {
  EXPECT_EQ(refused(R"({"id":1})", by_sku, Code::invalid_id), "the id's field 'sku' is missing");
  EXPECT_EQ(refused(R"({"sku":null})", by_sku, Code::invalid_id), "id is null: an id is a text or an int");
  EXPECT_EQ(refused(R"({"sku":"user:1"})", by_sku, Code::invalid_id), "id 'user:1' names the table user, not reading");
}

TEST(BlockWriterId, differs_for_each_row_of_a_record) {
  Writing writing(reading);
  for (std::uint32_t row = 0; row < 3; ++row) ASSERT_TRUE(writing.add(R"({"a":1})", {.byte = 70, .row = row}));
  ASSERT_TRUE(writing.add(R"({"a":1})", {.byte = 70}));
  ASSERT_TRUE(writing.add(R"({"a":1})", {.byte = 71}));
  const auto id = [&](std::size_t index) { return writing.block.id(index).to_string(); };
  EXPECT_EQ(id(0), id(3));
  EXPECT_EQ((std::set{id(0), id(1), id(2), id(4)}).size(), 4u);
}

TEST(BlockWriterId, comes_from_a_record_of_values) {
  Writing writing(reading, Encoding::cbor);
  ASSERT_TRUE(writing.add(Object{{"id", *parse_uuid(uuid_text)}}));
  ASSERT_TRUE(writing.add(Object{{"id", RecordLink{"reading", {Value(std::int64_t{7})}}}}));
  ASSERT_TRUE(writing.add(Object{{"id", None{}}}));
  EXPECT_EQ(writing.block.id(0).to_id(), RecordId(*parse_uuid(uuid_text)));
  EXPECT_EQ(writing.block.id(1).to_id(), RecordId(std::int64_t{7}));
  EXPECT_TRUE(writing.block.entries[2].id_generated);
  EXPECT_EQ(writing.refused(Object{{"id", nullptr}}, Code::invalid_id), "id is null: an id is a text, an int or a uuid");
}

}  // namespace
}  // namespace millrace

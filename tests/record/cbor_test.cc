// SPDX-License-Identifier: Apache-2.0
//
// The bytes were taken from SurrealDB 3.0.2 itself, unless a comment says otherwise.
#include "millrace/record/cbor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hex.h"
#include "random_value.h"

namespace millrace::cbor {
namespace {

using test::from_hex;
using test::Random;
using test::to_hex;

const Uuid uuid = *parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91");

std::string encoded(const Value& value) {
  std::string out;
  append_value(out, value);
  return to_hex(out);
}

Value decoded(std::string_view hex) {
  const std::string bytes = from_hex(hex);
  std::size_t consumed = 0;
  const Result<Value> value = decode(bytes, &consumed);
  EXPECT_TRUE(value) << hex << ": " << (value ? "" : describe(value.error()));
  EXPECT_EQ(consumed, bytes.size());
  return value ? *value : Value();
}

void expect_both_ways(const Value& value, std::string_view hex) {
  EXPECT_EQ(encoded(value), to_hex(from_hex(hex)));
  EXPECT_EQ(decoded(hex), value);
}

TEST(Cbor, has_surrealdbs_bytes_for_each_type) {
  expect_both_ways(None{}, "c6f6");
  expect_both_ways(nullptr, "f6");
  expect_both_ways(false, "f4");
  expect_both_ways(true, "f5");
  expect_both_ways(Decimal{"1.1"}, "ca 63 312e31");
  expect_both_ways(std::string("person"), "66 706572736f6e");
  expect_both_ways(*parse_rfc3339("2024-01-02T03:04:05.123456789Z"), "cc 82 1a65937d25 1a075bcd15");
  expect_both_ways(*parse_rfc3339("1969-12-31T23:59:58.5Z"), "cc 82 21 1a1dcd6500");
  expect_both_ways(*parse_rfc3339("1960-01-01T00:00:00.5Z"), "cc 82 3a12cff77f 1a1dcd6500");
  expect_both_ways(Duration{1, 500'000'000}, "ce 82 01 1a1dcd6500");
  expect_both_ways(uuid, "d825 50 0190163d8694739baea5966c26f8ad91");
  expect_both_ways(RecordLink{"person", {Value(std::int64_t{1})}}, "c8 82 66 706572736f6e 01");
  expect_both_ways(Bytes{"\x01\xff"}, "42 01ff");
  expect_both_ways(Array{std::int64_t{1}, Object{{"a", std::string("x")}}}, "82 01 a1 6161 6178");
}

TEST(Cbor, writes_ints_in_their_shortest_form) {  // RFC 8949, appendix A
  expect_both_ways(std::int64_t{0}, "00");
  expect_both_ways(std::int64_t{23}, "17");
  expect_both_ways(std::int64_t{24}, "1818");
  expect_both_ways(std::int64_t{1000}, "1903e8");
  expect_both_ways(std::int64_t{1000000}, "1a000f4240");
  expect_both_ways(std::int64_t{1000000000000}, "1b000000e8d4a51000");
  expect_both_ways(std::int64_t{-1}, "20");
  expect_both_ways(std::int64_t{-1000}, "3903e7");
  expect_both_ways(std::numeric_limits<std::int64_t>::max(), "1b7fffffffffffffff");
  expect_both_ways(std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff");
}

TEST(Cbor, reads_floats_of_every_width_and_writes_the_widest) {
  EXPECT_EQ(decoded("f93c00"), Value(1.0));
  EXPECT_EQ(decoded("fa3f800000"), Value(1.0));
  EXPECT_EQ(decoded("f97c00"), Value(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(decoded("f90001"), Value(5.960464477539063e-8));  // RFC 8949, appendix A
  EXPECT_TRUE(std::isnan(*decoded("f97e00").get_if<double>()));
  expect_both_ways(0.1, "fb3fb999999999999a");
  EXPECT_EQ(encoded(1.0), "fb3ff0000000000000");
}

TEST(Cbor, reads_ints_outside_int64_as_decimals) {
  EXPECT_EQ(decoded("1b8000000000000000"), Value(Decimal{"9223372036854775808"}));
  EXPECT_EQ(decoded("1bffffffffffffffff"), Value(Decimal{"18446744073709551615"}));
  EXPECT_EQ(decoded("3b8000000000000000"), Value(Decimal{"-9223372036854775809"}));
  EXPECT_EQ(decoded("3bffffffffffffffff"), Value(Decimal{"-18446744073709551616"}));
}

TEST(Cbor, reads_the_other_forms_that_surrealdb_knows) {
  EXPECT_EQ(decoded("f7"), Value(nullptr));
  EXPECT_EQ(decoded("c600"), Value(None{}));
  EXPECT_EQ(decoded("ce80"), Value(Duration{0, 0}));
  EXPECT_EQ(decoded("ce8101"), Value(Duration{1, 0}));
  EXPECT_EQ(decoded("c7 66 706572736f6e"), Value(std::string("person")));
  std::string text_uuid;
  append_text(text_uuid, to_string(uuid));
  EXPECT_EQ(decoded("c9" + to_hex(text_uuid)), Value(uuid));
  std::string text_time;
  append_text(text_time, "2024-05-01T10:00:00Z");
  EXPECT_EQ(decoded("c0" + to_hex(text_time)), Value(*parse_rfc3339("2024-05-01T10:00:00Z")));
}

TEST(Cbor, keeps_tags_that_it_does_not_know) {
  const Value point = Tagged{88, {Value(Array{1.5, 2.0})}};
  EXPECT_EQ(decoded("d858 82 f93e00 f94000"), point);
  EXPECT_EQ(encoded(point), "d85882fb3ff8000000000000fb4000000000000000");
  EXPECT_EQ(decoded("d838 83 010203"),
            Value(Tagged{56, {Value(Array{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}})}}));
}

TEST(Cbor, keeps_a_known_tag_with_another_content_as_a_tag) {
  for (const std::string hex : {"cc 80",
                                "cc 81 01",
                                "cc 83 01 02 03",
                                "cc 82 01 1a3b9aca00",
                                "cc 82 01 20",
                                "cc 82 1b7fffffffffffffff 00",
                                "cc 82 3b7fffffffffffffff 00",
                                "cc 82 01 1b7fffffffffffffff",
                                "cc 82 6161 00",
                                "ce 81 20",
                                "ce 81 6161",
                                "ce 83 01 02 03",
                                "ce 82 01 20",
                                "ca 01",
                                "c7 01",
                                "c9 6161",
                                "c0 6161",
                                "c8 80",
                                "c8 82 01 01",
                                "c8 83 6161 01 01",
                                "d825 41 00",
                                "d825 01"}) {
    EXPECT_TRUE(decoded(hex).is<Tagged>()) << hex;
  }
}

TEST(Cbor, reads_items_of_unknown_length) {
  EXPECT_EQ(decoded("9f 01 9f ff ff"), Value(Array{std::int64_t{1}, Array{}}));
  EXPECT_EQ(decoded("bf 6161 01 6162 f6 ff"), Value(Object{{"a", std::int64_t{1}}, {"b", nullptr}}));
  EXPECT_EQ(decoded("7f 6161 60 626263 ff"), Value(std::string("abc")));
  EXPECT_EQ(decoded("5f 4101 42ff02 ff"), Value(Bytes{std::string("\x01\xff\x02")}));
  EXPECT_EQ(decoded("7f ff"), Value(std::string()));
}

TEST(Cbor, lets_the_last_of_duplicate_keys_win_in_the_place_of_the_first) {
  EXPECT_EQ(decoded("a3 6161 01 6162 02 6161 03"), Value(Object{{"a", std::int64_t{3}}, {"b", std::int64_t{2}}}));
}

TEST(Cbor, says_how_much_it_read) {
  std::size_t consumed = 0;
  EXPECT_EQ(decode(from_hex("8101 f6"), &consumed), Value(Array{std::int64_t{1}}));
  EXPECT_EQ(consumed, 2u);
}

TEST(Cbor, writes_record_ids_of_every_kind) {
  const auto id = [](const RecordId& key) {
    std::string out;
    append_record_id(out, "t", key);
    return to_hex(out);
  };
  EXPECT_EQ(id(std::int64_t{-1}), "c882617420");
  EXPECT_EQ(id(std::string("a")), "c88261746161");
  EXPECT_EQ(id(uuid), "c8826174d825500190163d8694739baea5966c26f8ad91");
}

TEST(Cbor, writes_a_fixed_datetime_in_as_many_bytes_for_any_time) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2024-01-02T03:04:05.123456789Z", "1960-01-01T00:00:00.5Z", "2261-12-31T00:00:00Z"}) {
    const Timestamp time = *parse_rfc3339(text);
    std::string out;
    append_fixed_datetime(out, time);
    EXPECT_EQ(out.size(), fixed_datetime_size);
    EXPECT_EQ(decode(out), Value(time)) << text;
  }
}

TEST(Cbor, reads_back_what_it_writes) {
  Random random;
  for (int i = 0; i < 3'000; ++i) {
    const Value value = Array{test::random_json_object(random),
                              Timestamp(std::chrono::nanoseconds(static_cast<std::int64_t>(random.bits() >> 1))),
                              Duration{random.bits() >> 1, static_cast<std::uint32_t>(random.below(1'000'000'000))},
                              Decimal{std::to_string(random.bits()) + ".5"},
                              Bytes{test::random_text(random)},
                              None{},
                              RecordLink{"t", {Value(test::random_text(random))}},
                              uuid};
    std::string bytes;
    append_value(bytes, value);
    ASSERT_EQ(decode(bytes), value) << to_hex(bytes);
  }
}

}  // namespace
}  // namespace millrace::cbor

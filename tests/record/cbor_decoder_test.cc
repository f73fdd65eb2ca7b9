// SPDX-License-Identifier: Apache-2.0
//
// Bytes that no honest peer sends: none of them may crash, hang or take memory.
#include <gtest/gtest.h>

#include <chrono>

#include "hex.h"
#include "millrace/record/cbor.h"
#include "random_value.h"

namespace millrace::cbor {
namespace {

using test::from_hex;
using test::Random;

bool is_refused(std::string_view bytes) {
  const auto value = decode(bytes);
  if (value) return false;
  EXPECT_EQ(value.error().code, Code::invalid_json);
  EXPECT_LE(value.error().place.byte, bytes.size());
  return true;
}

TEST(HostileCbor, is_refused_when_it_is_cut_short) {
  const std::string whole =
      from_hex("a2 6161 82 1a65937d25 d825500190163d8694739baea5966c26f8ad91 626263 9f f93c00 7f 6161 ff ff");
  ASSERT_TRUE(decode(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_TRUE(is_refused(whole.substr(0, size))) << size;
}

TEST(HostileCbor, is_refused_when_it_is_not_well_formed) {
  for (const char* hex : {"ff",
                          "1c",
                          "1f",
                          "3c",
                          "5c",
                          "7e",
                          "9d",
                          "be",
                          "dc",
                          "df00",
                          "e0",
                          "f3",
                          "f800",
                          "f818",
                          "fc",  // heads
                          "82 01 ff",
                          "c6 ff",
                          "bf 6161 ff",
                          "a1 01 02",
                          "a1 f6 f6",
                          "bf 01 02 ff",  // breaks, keys
                          "7f 01 ff",
                          "7f 4161 ff",
                          "7f c7 6161 ff",
                          "7f 7f 6161 ff ff",
                          "5f 6161 ff",
                          "5f 5f 4101 ff ff"}) {  // chunks
    EXPECT_TRUE(is_refused(from_hex(hex))) << hex;
  }
}

TEST(HostileCbor, is_refused_when_a_text_is_not_utf8) {
  EXPECT_TRUE(is_refused(from_hex("61ff")));
  EXPECT_TRUE(is_refused(from_hex("63 eda080")));
  EXPECT_TRUE(is_refused(from_hex("a1 61ff 01")));
  EXPECT_TRUE(is_refused(from_hex("7f 61c3 61a9 ff")));  // RFC 8949: each chunk is UTF-8 of its own
  EXPECT_EQ(decode(from_hex("41ff")), Value(Bytes{"\xff"}));
}

TEST(HostileCbor, does_not_believe_a_length_beyond_its_bytes) {
  for (const std::string head : {"5b", "7b", "9b", "bb"}) {
    for (const std::string length : {"ffffffffffffffff", "8000000000000000", "8000000000000001", "7fffffffffffffff",
                                     "0000000100000000", "0000000000000100"}) {
      EXPECT_TRUE(is_refused(from_hex(head + length + "616101616102"))) << head << length;
    }
  }
}

TEST(HostileCbor, nests_256_levels_and_no_more) {
  for (const std::string head : {"81", "c6", "9f", "d88081"}) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) bytes += from_hex(head);
    EXPECT_TRUE(is_refused(bytes + from_hex("f6"))) << head;
  }
  EXPECT_TRUE(decode(std::string(256, '\x81') + '\x01'));
  EXPECT_TRUE(is_refused(std::string(257, '\x81') + '\x01'));
}

TEST(HostileCbor, with_many_keys_takes_time_that_grows_with_its_size) {
  std::string bytes;
  append_open_map(bytes);
  for (int i = 0; i < 100'000; ++i) {
    append_text(bytes, "key" + std::to_string(i));
    append_null(bytes);
  }
  append_break(bytes);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(decode(bytes)->get_if<Object>()->size(), 100'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(HostileCbor, of_random_bytes_is_refused_or_read_to_a_value_that_json_can_show) {
  Random random;
  for (int i = 0; i < 30'000; ++i) {
    std::string bytes;
    append_value(bytes, test::random_json_object(random));
    for (std::size_t changes = random.below(5); changes > 0; --changes)
      bytes[random.below(bytes.size())] = static_cast<char>(random.bits());
    std::size_t consumed = 0;
    const auto value = decode(bytes, &consumed);
    if (!value) continue;
    ASSERT_LE(consumed, bytes.size());
    ASSERT_TRUE(parse_json(to_json(*value))) << test::to_hex(bytes);
  }
}

}  // namespace
}  // namespace millrace::cbor

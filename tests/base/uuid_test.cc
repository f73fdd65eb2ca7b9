// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/uuid.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

namespace millrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

const Timestamp start = *parse_rfc3339("2024-05-01T10:00:00.123Z");
const HashKey key{1, 2};

std::uint64_t time_of(const Uuid& uuid) {
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < 6; ++i) time = time << 8 | uuid.bytes[i];
  return time;
}

TEST(UuidV7, has_the_layout_of_rfc_9562) {
  // RFC 9562, appendix A.6: 2022-02-22T19:22:22Z, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
  const Uuid uuid = make_uuid_v7(Timestamp(milliseconds(0x017f22e279b0)), {0xc3cc, 0x8f39070c0cdcc418});
  EXPECT_EQ(to_string(uuid), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidV7, keeps_version_and_variant_whatever_the_random_bits) {
  for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    const Uuid uuid = make_uuid_v7(start, {bits, bits});
    EXPECT_EQ(uuid.bytes[6] >> 4, 7);
    EXPECT_EQ(uuid.bytes[8] >> 6, 2);
    EXPECT_EQ(time_of(uuid), static_cast<std::uint64_t>(start.time_since_epoch() / milliseconds(1)));
  }
}

TEST(UuidV7, carries_74_random_bits) {
  const Uuid none = make_uuid_v7(start, {0, 0});
  const Uuid all = make_uuid_v7(start, {~std::uint64_t{0}, ~std::uint64_t{0}});
  int different = 0;
  for (std::size_t i = 0; i < 16; ++i) different += std::popcount(static_cast<unsigned>(none.bytes[i] ^ all.bytes[i]));
  EXPECT_EQ(different, 74);
}

TEST(UuidV7, sorts_by_its_time) {
  EXPECT_LT(make_uuid_v7(start, {~0ull, ~0ull}), make_uuid_v7(start + milliseconds(1), {0, 0}));
  EXPECT_EQ(make_uuid_v7(start, {5, 6}), make_uuid_v7(start + nanoseconds(999'999), {5, 6}));
}

TEST(UuidText, goes_both_ways) {
  const std::string text = "0190163d-8694-739b-aea5-966c26f8ad91";
  const auto uuid = parse_uuid(text);
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->bytes[0], 0x01);
  EXPECT_EQ(uuid->bytes[15], 0x91);
  EXPECT_EQ(to_string(*uuid), text);
  EXPECT_EQ(parse_uuid("0190163D-8694-739B-AEA5-966C26F8AD91"), uuid);
}

TEST(UuidText, refuses_any_other_form) {
  for (const char* text : {"", "0190163d8694739baea5966c26f8ad91", "{0190163d-8694-739b-aea5-966c26f8ad91}",
                           "0190163d-8694-739b-aea5-966c26f8ad9", "0190163d-8694-739b-aea5-966c26f8ad911",
                           "0190163g-8694-739b-aea5-966c26f8ad91", "0190163d08694-739b-aea5-966c26f8ad91",
                           "0190163d-8694-739b-aea50966c26f8ad91", "0190163d-8694-739b-aea5-966c26f8ad9 "}) {
    EXPECT_FALSE(parse_uuid(text)) << text;
  }
}

TEST(IdSource, gives_the_same_record_of_the_same_load_the_same_id) {
  const IdSource ids = IdSource::for_source(start, key, "posts.ndjson");
  const IdSource resumed = IdSource::for_source(start, key, "posts.ndjson");
  for (const std::uint64_t byte : {0ull, 1ull, 4711ull, 1ull << 40}) EXPECT_EQ(ids.id_at(byte), resumed.id_at(byte));
  EXPECT_EQ(time_of(ids.id_at(7)), static_cast<std::uint64_t>(start.time_since_epoch() / milliseconds(1)));
}

TEST(IdSource, gives_another_id_for_another_byte_source_key_or_start) {
  const IdSource ids = IdSource::for_source(start, key, "posts.ndjson");
  EXPECT_NE(ids.id_at(0), ids.id_at(1));
  EXPECT_NE(ids.id_at(0), IdSource::for_source(start, key, "posts2.ndjson").id_at(0));
  EXPECT_NE(ids.id_at(0), IdSource::for_source(start, key, "").id_at(0));
  EXPECT_NE(ids.id_at(0), IdSource::for_source(start, {1, 3}, "posts.ndjson").id_at(0));
  EXPECT_NE(ids.id_at(0), IdSource::for_source(start + milliseconds(1), key, "posts.ndjson").id_at(0));
}

TEST(IdSource, does_not_repeat_itself) {
  const IdSource ids = IdSource::for_source(start, key, "-");
  std::set<Uuid> seen;
  for (std::uint64_t byte = 0; byte < 100'000; ++byte) seen.insert(ids.id_at(byte));
  EXPECT_EQ(seen.size(), 100'000u);
}

}  // namespace
}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/block.h"

#include <gtest/gtest.h>

#include "written.h"

namespace millrace {
namespace {

using test::Writing;

TEST(IdView, lends_each_kind_of_id) {
  const std::string uuid = "0190163d-8694-739b-aea5-966c26f8ad91";
  const IdView integer{IdView::Kind::integer, -7, {}};
  const IdView text{IdView::Kind::text, 0, "abc"};
  const IdView of_uuid{IdView::Kind::uuid, 0, uuid};
  EXPECT_EQ(integer.to_id(), RecordId(std::int64_t{-7}));
  EXPECT_EQ(text.to_id(), RecordId(std::string("abc")));
  EXPECT_EQ(of_uuid.to_id(), RecordId(*parse_uuid(uuid)));
  EXPECT_EQ(integer.to_string(), "-7");
  EXPECT_EQ(text.to_string(), "abc");
  EXPECT_EQ(of_uuid.to_string(), uuid);
}

// Two posts and their input; the first has no created_at of its own.
Writing two_posts(Encoding encoding) {
  Writing writing({.table = "post"}, encoding);
  const std::string first = R"({"id":1,"title":"a"})";
  const std::string second = R"({"id":"b","title":"b","content":"","created_at":"2024-05-01T10:00:00Z"})";
  writing.block.source = "posts.ndjson";
  writing.block.input = std::move(test::PaddedText(first + "\n" + second + "\n").chunk());
  const auto span = [](std::size_t begin, std::size_t size, std::uint64_t line) {
    return InputSpan{line, 1000 + begin, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size)};
  };
  EXPECT_TRUE(writing.add(first, span(0, first.size(), 12)));
  EXPECT_TRUE(writing.add(second, span(first.size() + 1, second.size(), 13)));
  return writing;
}

TEST(Block, shows_each_records_id_body_input_and_place) {
  const Writing writing = two_posts(Encoding::json);
  const Block& block = writing.block;
  ASSERT_EQ(block.size(), 2u);
  EXPECT_EQ(block.id(0).integer, 1);
  EXPECT_EQ(block.id(1).text, "b");
  EXPECT_EQ(block.input_text(0), R"({"id":1,"title":"a"})");
  EXPECT_EQ(block.body(1), block.input_text(1));
  EXPECT_EQ(describe({Code::refused, "no", block.place(0)}), "posts.ndjson:12 (byte 1000), id 1: no");
  EXPECT_EQ(describe({Code::refused, "no", block.place(1)}), "posts.ndjson:13 (byte 1021), id b: no");
}

TEST(Block, shows_the_source_that_a_record_tells_of_itself) {
  Writing writing = two_posts(Encoding::json);
  writing.block.other_sources = {"old.csv"};
  writing.block.entries[1].other_source = 1;
  EXPECT_EQ(writing.block.place(0).source, "posts.ndjson");
  EXPECT_EQ(writing.block.place(1).source, "old.csv");
}

TEST(Block, has_its_bodies_behind_one_another) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    const Writing writing = two_posts(encoding);
    const Block& block = writing.block;
    EXPECT_EQ(block.body_run(0, 2), std::string(block.body(0)) + std::string(block.body(1)));
    EXPECT_EQ(block.body_run(1, 2), block.body(1));
    EXPECT_EQ(block.body_run(0, 2), block.bytes);
    EXPECT_EQ(block.body_run(1, 1), "");
    EXPECT_EQ(block.body_run(2, 2), "");
  }
}

TEST(Block, stamps_only_records_without_a_time_of_their_own) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    Writing writing = two_posts(encoding);
    Block& block = writing.block;
    EXPECT_EQ(block.entries[0].created_at, std::nullopt);
    const std::string second(block.body(1));
    block.stamp(0, 2, test::commit_time);
    EXPECT_EQ(block.entries[0].created_at, test::commit_time);
    EXPECT_EQ(block.entries[1].created_at, parse_rfc3339("2024-05-01T10:00:00Z"));
    EXPECT_EQ(block.body(1), second);
    EXPECT_TRUE(writing.body(0).ends_with(R"("created_at":"2024-06-02T11:12:13.456Z"})")) << writing.body(0);
  }
}

TEST(Block, can_be_stamped_again_when_a_commit_is_tried_again) {
  for (const Encoding encoding : {Encoding::json, Encoding::cbor}) {
    Writing writing = two_posts(encoding);
    writing.block.stamp(0, 2, test::commit_time);
    writing.block.stamp(0, 2, *parse_rfc3339("1969-12-31T23:59:59.999Z"));
    EXPECT_TRUE(writing.body(0).ends_with(R"("created_at":"1969-12-31T23:59:59.999Z"})")) << writing.body(0);
  }
}

TEST(Block, stamps_the_run_it_is_given_and_no_more) {
  Writing writing({.table = "post"});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(writing.add(R"({"title":"t"})"));
  const std::string first = writing.body(0);
  writing.block.stamp(1, 2, test::commit_time);
  EXPECT_EQ(writing.body(0), first);
  EXPECT_TRUE(writing.block.entries[1].created_at);
  EXPECT_FALSE(writing.block.entries[2].created_at);
}

TEST(Block, counts_its_memory_and_keeps_its_buffers_when_cleared) {
  Writing writing = two_posts(Encoding::json);
  Block& block = writing.block;
  const std::size_t before = block.bytes_in_memory();
  EXPECT_GE(before, block.bytes.size() + block.input.size() + 2 * sizeof(Block::Entry));
  block.malformed.push_back({{}, std::string(10'000, 'x'), false});
  EXPECT_GE(block.bytes_in_memory(), before + 10'000);
  block.records_read = 3;
  const std::size_t capacity = block.bytes.capacity();
  block.clear();
  EXPECT_EQ(block.size(), 0u);
  EXPECT_EQ(block.bytes, "");
  EXPECT_TRUE(block.malformed.empty());
  EXPECT_EQ(block.source, "");
  EXPECT_EQ(block.input.capacity(), 0u);
  EXPECT_EQ(block.records_read, 0u);
  EXPECT_EQ(block.bytes.capacity(), capacity);
}

}  // namespace
}  // namespace millrace

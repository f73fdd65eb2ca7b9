// SPDX-License-Identifier: Apache-2.0
//
// What is decoded must not depend on how the input came: on the size of chunks and of reads.
#include <gmock/gmock.h>

#include "decode/decode_all.h"
#include "decode/soup.h"

namespace millrace::decode {
namespace {

std::string name_of(const ::testing::TestParamInfo<Format>& format) {
  return std::array{"ndjson", "json", "csv", "rejects"}[static_cast<std::size_t>(format.param)];
}

class ChunkTest : public ::testing::TestWithParam<Format> {};
INSTANTIATE_TEST_SUITE_P(Formats, ChunkTest,
                         ::testing::Values(Format::ndjson, Format::json, Format::csv, Format::rejects), name_of);

class PlaceTest : public ::testing::TestWithParam<Format> {};  // not of rejects, whose places are of another input
INSTANTIATE_TEST_SUITE_P(Formats, PlaceTest, ::testing::Values(Format::ndjson, Format::json, Format::csv), name_of);

TEST_P(ChunkTest, every_size_gives_the_same_records_and_faults) {
  test::Random random;
  Soup soup(GetParam(), random);
  for (std::size_t round = 0; round < 20; ++round) {
    const std::string text = soup.make(40);
    const std::size_t record_bytes_max = std::array{5uz, 30uz, 100uz, 100'000uz}[round % 4];
    const std::vector<Decoded> expected = decode_all(GetParam(), text, {.record_bytes_max = record_bytes_max});
    for (std::size_t chunk = 1; chunk <= 200; ++chunk) {
      const std::size_t read = std::array{1uz, 7uz, 100'000uz}[chunk % 3];
      const DecodeOptions options{.chunk_bytes = chunk,
                                  .read_bytes = read,
                                  .record_bytes_max = record_bytes_max,
                                  .slice_records_max = std::array{8192uz, 1uz, 3uz}[chunk / 3 % 3],
                                  .stall_every = std::array{0uz, 1uz, 3uz}[chunk / 9 % 3]};
      ASSERT_EQ(decode_all(GetParam(), text, options), expected)
          << "chunk " << chunk << ", read " << read << ", --max-record " << record_bytes_max << ", input <" << text
          << ">";
    }
  }
}

TEST_P(ChunkTest, small_inputs_of_every_kind_give_the_same_in_the_smallest_chunks) {
  test::Random random;
  Soup soup(GetParam(), random);
  for (std::size_t round = 0; round < 5000; ++round) {
    const std::string text = soup.make(3);
    const std::size_t record_bytes_max = 1 + random.below(40);
    const std::vector<Decoded> expected = decode_all(GetParam(), text, {.record_bytes_max = record_bytes_max});
    const DecodeOptions options{.chunk_bytes = 1 + random.below(20),
                                .read_bytes = 1 + random.below(4),
                                .record_bytes_max = record_bytes_max,
                                .slice_records_max = 1 + random.below(4),
                                .stall_every = random.below(3)};
    ASSERT_EQ(decode_all(GetParam(), text, options), expected)
        << "chunk " << options.chunk_bytes << ", --max-record " << record_bytes_max << ", input <" << text << ">";
  }
}

TEST_P(ChunkTest, slices_account_for_every_byte) {
  test::Random random;
  Soup soup(GetParam(), random);
  for (std::size_t round = 0; round < 500; ++round) {
    const std::string text = soup.make(20);
    std::uint64_t bytes_taken = 0;
    const std::vector<Decoded> all =
        decode_all(GetParam(), text, {.chunk_bytes = 50, .record_bytes_max = 60, .bytes_taken = &bytes_taken});
    const bool gave_up =
        !all.empty() && (all.back().message.contains("header") || all.back().message.contains("closing bracket"));
    ASSERT_LE(bytes_taken, text.size());
    ASSERT_TRUE(gave_up || bytes_taken == text.size()) << text;
  }
}

// The place of every record, counted over again from its input.
TEST_P(PlaceTest, places_are_those_of_the_input) {
  test::Random random;
  Soup soup(GetParam(), random);
  for (std::size_t round = 0; round < 500; ++round) {
    const std::string text = soup.make(20);
    for (const Decoded& one : decode_all(GetParam(), text, {.chunk_bytes = 64})) {
      ASSERT_EQ(text.substr(one.byte, one.input.size()), one.input) << one;
      std::uint64_t line = 1;
      for (std::size_t at = 0; at < one.byte; ++at) {
        const bool lone_return =
            GetParam() == Format::csv && text[at] == '\r' && (at + 1 == text.size() || text[at + 1] != '\n');
        if (text[at] == '\n' || lone_return) ++line;
      }
      ASSERT_EQ(one.line, line) << one << " of <" << text << ">";
    }
  }
}

TEST(CutShortTest, what_is_whole_is_given_and_nothing_else) {
  const auto records_before_the_cut = [](Format format, std::string_view text) {
    ChunkPool pool(1000);
    Splitter splitter(format, {}, pool);
    text.copy(splitter.space().data(), text.size());
    splitter.filled(text.size());
    EXPECT_FALSE(splitter.next());
    splitter.cut_short();
    std::string whole;
    while (const std::optional<Slice> slice = splitter.next()) {
      EXPECT_FALSE(slice->fault);
      whole += slice->chunk.text();
    }
    EXPECT_TRUE(splitter.ended());
    return whole;
  };
  EXPECT_EQ(records_before_the_cut(Format::ndjson, "{}\n{\"a\":1}\n{\"a\""), "{}\n{\"a\":1}\n");
  EXPECT_EQ(records_before_the_cut(Format::json, "[{},{\"a\":"), "[{},");
  EXPECT_EQ(records_before_the_cut(Format::csv, "a,b\n1,2\n3"), "1,2\n");
  EXPECT_EQ(records_before_the_cut(Format::csv, "a,b"), "");
}

TEST_P(ChunkTest, a_slice_has_no_more_records_than_it_may) {
  std::string text = GetParam() == Format::csv ? "a\n" : "";
  for (int i = 0; i < 1000; ++i) text += GetParam() == Format::csv ? "1\n" : "{}\n";
  ChunkPool pool(1 << 16);
  Splitter splitter(GetParam(), {.slice_records_max = 7}, pool);
  text.copy(splitter.space().data(), text.size());
  splitter.filled(text.size());
  splitter.stall();
  std::size_t slices = 0;
  while (const std::optional<Slice> slice = splitter.next()) {
    ++slices;
    EXPECT_LE(slice->chunk.size(), 7 * 3u);
    EXPECT_LE(slice->chunk.capacity(), 7 * 3u);  // and holds no more than it needs
  }
  EXPECT_EQ(slices, 143u);  // without the end of the input
}

TEST(SplitterTest, a_stall_gives_whole_records_and_keeps_the_rest) {
  ChunkPool pool(1 << 16);
  Splitter splitter(Format::ndjson, {}, pool);
  const auto put = [&](std::string_view text) {
    text.copy(splitter.space().data(), text.size());
    splitter.filled(text.size());
  };
  put("{\"a\":1}\n{\"b\"");
  EXPECT_FALSE(splitter.next());
  splitter.stall();
  std::optional<Slice> slice = splitter.next();
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->chunk.text(), "{\"a\":1}\n");
  EXPECT_FALSE(splitter.next());
  put(":2}\n");
  EXPECT_FALSE(splitter.next());  // the stall is over
  splitter.stall();
  slice = splitter.next();
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->chunk.text(), "{\"b\":2}\n");
  EXPECT_EQ(slice->chunk.offset, 8u);
  EXPECT_EQ(slice->line, 2u);
}

TEST(SplitterTest, a_long_csv_header_makes_slices_of_fewer_rows) {
  ChunkPool pool(1 << 12);
  Splitter splitter(Format::csv, {}, pool);
  std::string text = std::string(1 << 10, 'n') + "\n";
  for (int i = 0; i < 100; ++i) text += "1\n";
  text.copy(splitter.space().data(), text.size());
  splitter.filled(text.size());
  splitter.stall();
  const std::optional<Slice> slice = splitter.next();
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->chunk.text().size(), 15 * 2u);  // 4 chunks are 15 headers
}

TEST(ChunkReuseTest, memory_is_bounded_by_a_few_chunks) {
  const std::string text(1'000'000, 'x');  // one line that is too large
  ChunkPool pool(1000);
  Splitter splitter(Format::ndjson, {.record_bytes_max = 10'000}, pool);
  std::size_t largest = 0;
  for (std::size_t at = 0; at < text.size();) {
    while (splitter.next()) {
    }
    const std::span<char> space = splitter.space();
    largest = std::max(largest, space.size());
    const std::size_t size = std::min(space.size(), text.size() - at);
    text.copy(space.data(), size, at);
    at += size;
    splitter.filled(size);
  }
  EXPECT_LE(largest, 10'003u);
}

}  // namespace
}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/source.h"

#include <gmock/gmock.h>

#include <string>

#include "millrace/base/file.h"
#include "source/input_files.h"

namespace millrace::source {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Contents {
  std::string text;
  std::optional<Error> error;
  std::string warning;
  std::uint64_t bytes_taken = 0;
};

Contents read_all(Source& source, std::size_t piece = 1 << 16) {
  Contents contents;
  std::string space(piece, '\0');
  for (;;) {
    const Result<std::size_t> got = source.read(space);
    if (!got) contents.error = got.error();
    if (!got || *got == 0) break;
    contents.text.append(space, 0, *got);
  }
  contents.warning = source.warning();
  contents.bytes_taken = source.bytes_taken();
  return contents;
}

Contents read_path(const std::string& path, std::size_t piece = 1 << 16) {
  const Result<std::unique_ptr<Source>> source = open_source(path);
  if (!source) return {.text = {}, .error = source.error(), .warning = {}};
  return read_all(**source, piece);
}

// Noise, so that each compressor keeps about its size and uses several blocks.
std::string sample(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += std::to_string(state);
    text += '\n';
  }
  return text;
}

Contents read_bytes(std::string_view bytes, std::size_t piece = 1 << 16) {
  const TempFolder folder;
  write_file(folder.file("input"), bytes);
  return read_path(folder.file("input"), piece);
}

TEST(SourceTest, gives_a_plain_file_as_it_is) {
  const std::string text = sample(300'000);
  for (const std::size_t piece : {1, 7, 4096, 1 << 20}) {
    const Contents contents = read_bytes(text, piece);
    EXPECT_EQ(contents.text, text);
    EXPECT_EQ(contents.bytes_taken, text.size());
    EXPECT_THAT(contents.warning, IsEmpty());
  }
}

TEST(SourceTest, gives_back_what_it_looked_at) {
  // Beginnings of signatures that turn out to be text.
  for (const std::string text : {"", "B", "BZ", "BZh9,name\n1,2\n", "\x1f", "\x28\xb5",
                                 "\xfd"
                                 "7zX",
                                 "{\"a\":1}"}) {
    const Contents contents = read_bytes(text, 3);
    EXPECT_EQ(contents.text, text);
    EXPECT_FALSE(contents.error);
  }
}

TEST(SourceTest, says_that_a_file_is_missing_or_a_folder) {
  EXPECT_EQ(read_path("/no/such/file").error->code, Code::not_found);
  EXPECT_THAT(read_path("/tmp").error->message, HasSubstr("directory"));
}

TEST(SourceTest, reads_standard_input_from_a_pipe_in_small_pieces) {
  const std::string text = sample(50'000);
  for (const std::string& bytes : {text, compress("gzip", text), compress("zstd -q", text)}) {
    for (const std::size_t piece : {1, 1000}) {
      const PipedInput piped(bytes, piece);
      const Result<std::unique_ptr<Source>> source = open_source("-");
      ASSERT_TRUE(source);
      const Contents contents = read_all(**source);
      EXPECT_EQ(contents.text, text);
      EXPECT_EQ(contents.bytes_taken, bytes.size());
      EXPECT_EQ((*source)->bytes_total(), std::nullopt);
    }
  }
}

class CompressedSourceTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::string compressed(std::string_view text) const { return compress(GetParam(), text); }
};
INSTANTIATE_TEST_SUITE_P(Tools, CompressedSourceTest, ::testing::Values("gzip", "zstd -q", "xz", "bzip2"),
                         [](const auto& tool) { return std::string(tool.param).substr(0, 4); });

TEST_P(CompressedSourceTest, gives_the_uncompressed_text) {
  const std::string text = sample(700'000);
  const std::string bytes = compressed(text);
  for (const std::size_t piece : {1000, 1 << 20}) {
    const Contents contents = read_bytes(bytes, piece);
    EXPECT_EQ(contents.text, text);
    EXPECT_FALSE(contents.error);
    EXPECT_EQ(contents.bytes_taken, bytes.size());
    EXPECT_THAT(contents.warning, IsEmpty());
  }
}

TEST_P(CompressedSourceTest, takes_compressed_emptiness_for_no_bytes) {
  const Contents contents = read_bytes(compressed(""));
  EXPECT_EQ(contents.text, "");
  EXPECT_FALSE(contents.error) << contents.error->message;
  EXPECT_THAT(contents.warning, IsEmpty());
}

TEST_P(CompressedSourceTest, reads_members_in_a_row_as_one_input) {
  const std::string one = sample(200'000);
  const std::string bytes = compressed(one) + compressed("") + compressed("{\"a\":1}\n") + compressed(one);
  const Contents contents = read_bytes(bytes);
  EXPECT_EQ(contents.text, one + "{\"a\":1}\n" + one);
  EXPECT_FALSE(contents.error);
  EXPECT_THAT(contents.warning, IsEmpty());
}

TEST_P(CompressedSourceTest, does_not_unpack_what_is_packed_inside) {
  const std::string inner = compressed("{\"a\":1}\n");
  EXPECT_EQ(read_bytes(compressed(inner)).text, inner);
}

TEST_P(CompressedSourceTest, says_where_a_cut_input_ends_and_gives_all_before) {
  const std::string text = sample(400'000);
  const std::string bytes = compressed(text);
  for (const std::size_t lost : {std::size_t{1}, std::size_t{5}, bytes.size() / 2, bytes.size() - 12}) {
    const Contents contents = read_bytes(std::string_view(bytes).substr(0, bytes.size() - lost));
    ASSERT_TRUE(contents.error) << "lost " << lost;
    EXPECT_EQ(contents.error->code, Code::io);
    EXPECT_THAT(contents.error->message,
                HasSubstr("at byte " + std::to_string(contents.text.size()) + " of the uncompressed"));
    EXPECT_TRUE(text.starts_with(contents.text));
  }
}

TEST_P(CompressedSourceTest, finds_a_flipped_bit_wherever_it_is) {
  const std::string text = sample(150'000);
  const std::string bytes = compressed(text);
  // Beyond the header: what gzip's says of the file's name and time matters to nobody.
  for (std::size_t at = 20; at < bytes.size(); at += bytes.size() / 40) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    const Contents contents = read_bytes(flipped);
    EXPECT_TRUE(contents.error || contents.text == text) << "bit flipped at byte " << at;
  }
}

TEST_P(CompressedSourceTest, never_passes_over_garbage_silently) {
  const std::string text = sample(100'000);
  for (const std::string garbage : {"x", "garbage, and more of it", "\x1f\x8c"}) {
    const Contents contents = read_bytes(compressed(text) + garbage);
    if (contents.error) {
      EXPECT_THAT(GetParam(), ::testing::AnyOf(HasSubstr("zstd"), HasSubstr("xz")));
      EXPECT_EQ(contents.error->code, Code::io);
    } else {
      EXPECT_EQ(contents.text, text);
      EXPECT_THAT(contents.warning, HasSubstr("garbage after the last"));
    }
  }
}

TEST(GzipSourceTest, takes_zeros_behind_the_last_member_for_padding) {
  const Contents contents = read_bytes(compress("gzip", "abc") + std::string(200'000, '\0'));
  EXPECT_EQ(contents.text, "abc");
  EXPECT_FALSE(contents.error);
  EXPECT_THAT(contents.warning, IsEmpty());
}

TEST(GzipSourceTest, checks_the_checksum_of_stored_blocks) {
  std::string bytes = compress("gzip -1", "{\"a\":1}\n");
  bytes[bytes.size() - 8] ^= 1;  // the CRC's first byte
  const Contents contents = read_bytes(bytes);
  ASSERT_TRUE(contents.error);
  EXPECT_THAT(contents.error->message, HasSubstr("incorrect data check"));
}

TEST(GzipSourceTest, finds_the_next_member_at_any_place_of_the_read_buffer) {
  const std::string member = compress("gzip", "a");
  std::string many, text;
  while (many.size() < 300'000) {
    many += member;
    text += 'a';
  }
  EXPECT_EQ(read_bytes(many).text, text);
}

}  // namespace
}  // namespace millrace::source

// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/lines.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <vector>

#include "source/input_files.h"
#include "support/random.h"

namespace millrace::source {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Contents {
  std::vector<std::string> lines;
  std::vector<std::size_t> batches;  // lines in each
  std::optional<Error> error;
};

Contents read_path(const std::string& path, const LinesOptions& options = {}) {
  Contents contents;
  Result<Lines> lines = read_lines(path, options);
  if (!lines) return {.lines = {}, .batches = {}, .error = lines.error()};
  for (;;) {
    Result<std::optional<LineBatch>> batch = lines->next();
    if (!batch) contents.error = batch.error();
    if (!batch || !*batch) break;
    EXPECT_EQ((*batch)->line(), contents.lines.size() + 1);
    const std::size_t before = contents.lines.size();
    (*batch)->in_pieces([&](std::span<const std::string_view> piece) {
      EXPECT_FALSE(piece.empty());
      contents.lines.insert(contents.lines.end(), piece.begin(), piece.end());
    });
    contents.batches.push_back(contents.lines.size() - before);
  }
  const Result<std::optional<LineBatch>> behind = lines->next();
  EXPECT_TRUE(behind && !*behind) << "a batch, or the error again, behind the end";
  return contents;
}

Contents read_bytes(std::string_view bytes, const LinesOptions& options = {}) {
  const TempFolder folder;
  write_file(folder.file("input"), bytes);
  return read_path(folder.file("input"), options);
}

TEST(LinesTest, gives_the_lines_without_their_ends) {
  EXPECT_THAT(read_bytes("one\ntwo\r\n\nfour").lines, ElementsAre("one", "two", "", "four"));
  EXPECT_THAT(read_bytes("one\n").lines, ElementsAre("one"));
  EXPECT_THAT(read_bytes("\n").lines, ElementsAre(""));
  EXPECT_THAT(read_bytes("\r\n\r").lines, ElementsAre("", "\r"));  // a '\r' alone is a byte like others
  EXPECT_THAT(read_bytes("a\rb\r\r\n").lines, ElementsAre("a\rb\r"));
}

TEST(LinesTest, an_empty_file_has_no_line) {
  EXPECT_THAT(read_bytes("").lines, IsEmpty());
  EXPECT_THAT(read_bytes(compress("gzip", "")).lines, IsEmpty());
}

TEST(LinesTest, gives_bytes_as_they_are_but_for_a_mark_at_the_start) {
  EXPECT_THAT(read_bytes("\0a\0\n\xff\xfe\n\xc3"s).lines, ElementsAre("\0a\0"s, "\xff\xfe", "\xc3"));
  EXPECT_THAT(read_bytes("\xef\xbb\xbf"
                         "one\n\xef\xbb\xbftwo\n").lines, ElementsAre("one", "\xef\xbb\xbftwo"));
  EXPECT_THAT(read_bytes("\xef\xbb\xbf").lines, IsEmpty());
  EXPECT_THAT(read_bytes("\xef\xbb").lines, ElementsAre("\xef\xbb"));
}

TEST(LinesTest, gives_what_a_plain_loop_gives_whatever_the_size_of_a_batch) {
  test::Random random;
  for (int round = 0; round < 200; ++round) {
    std::string text;
    const std::size_t kinds = random.below(9) + 1;
    for (std::size_t size = random.below(3000); size != 0; --size) text += random.any_of(std::string_view("abcd\0\xff\r\n\n", 9).substr(9 - kinds));
    std::vector<std::string> expected;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t newline = text.find('\n', at);
      std::string line = text.substr(at, newline == std::string::npos ? newline : newline - at);
      if (newline != std::string::npos && line.ends_with('\r')) line.pop_back();
      expected.push_back(line);
      at = newline == std::string::npos ? text.size() : newline + 1;
    }
    const Contents contents = read_bytes(text, {.batch_bytes = random.below(100) + 1});
    ASSERT_FALSE(contents.error) << contents.error->message;
    ASSERT_EQ(contents.lines, expected);
  }
}

TEST(LinesTest, a_batch_knows_where_its_first_line_stands) {
  const TempFolder folder;
  write_file(folder.file("input"), "\xef\xbb\xbf"
                                   "aaaa\nbbbb\ncccc\n");
  Result<Lines> lines = read_lines(folder.file("input"), {.batch_bytes = 10});
  ASSERT_TRUE(lines);
  const auto first = lines->next();
  const auto second = lines->next();
  EXPECT_EQ((*first)->byte(), 3u);
  EXPECT_EQ((*first)->text(), "aaaa\n");
  EXPECT_EQ((*second)->byte(), 8u);
  EXPECT_EQ((*second)->line(), 2u);
}

TEST(LinesTest, batches_outlive_their_reader) {
  const TempFolder folder;
  write_file(folder.file("input"), "one\ntwo\n");
  std::optional<LineBatch> batch;
  {
    Result<Lines> lines = read_lines(folder.file("input"), {.batch_bytes = 4});
    batch = *lines->next();
    lines->next().value();  // another chunk is in use, and comes back to the pool
  }
  EXPECT_EQ(batch->text(), "one\n");
}

TEST(LinesTest, a_line_may_be_longer_than_a_batch_up_to_the_maximum) {
  const std::string line(1000, 'x');
  for (const std::string end : {"", "\n", "\r\n", "\nmore\n"}) {
    for (const std::size_t batch_bytes : {1, 7, 999, 1000, 1001}) {
      const Contents fits = read_bytes(line + end, {.batch_bytes = batch_bytes, .line_bytes_max = 1000});
      ASSERT_FALSE(fits.error) << fits.error->message << " with batches of " << batch_bytes;
      EXPECT_EQ(fits.lines.front(), line);
    }
  }
}

TEST(LinesTest, a_line_over_the_maximum_is_an_error_with_its_place_behind_the_lines_before_it) {
  for (const std::string end : {"", "\n", "\r\n", "\nmore\n"}) {
    for (const std::size_t batch_bytes : {1, 7, 100, 999}) {
      const Contents contents = read_bytes("one\ntwo\n" + std::string(1001, 'x') + end, {.batch_bytes = batch_bytes, .line_bytes_max = 1000});
      EXPECT_THAT(contents.lines, ElementsAre("one", "two"));
      ASSERT_TRUE(contents.error) << "with batches of " << batch_bytes;
      EXPECT_EQ(contents.error->code, Code::too_large);
      EXPECT_EQ(contents.error->message, "a line is longer than 1000 bytes");
      EXPECT_EQ(contents.error->place.line, 3u);
      EXPECT_EQ(contents.error->place.byte, 8u);
      EXPECT_THAT(contents.error->place.source, HasSubstr("/input"));
    }
  }
}

TEST(LinesTest, a_maximum_below_a_batch_holds_too) {
  for (const std::string end : {"", "\n", "\r\n", "\nmore\n"}) {
    const Contents fits = read_bytes(std::string(10, 'x') + end, {.batch_bytes = 4096, .line_bytes_max = 10});
    EXPECT_FALSE(fits.error);
    const Contents contents = read_bytes("one\ntwo\n" + std::string(11, 'x') + end, {.batch_bytes = 4096, .line_bytes_max = 10});
    EXPECT_THAT(contents.lines, ElementsAre("one", "two"));
    ASSERT_TRUE(contents.error);
    EXPECT_EQ(contents.error->place.line, 3u);
  }
}

TEST(LinesTest, a_maximum_holds_in_every_batch_and_does_not_count_the_mark) {
  const std::string full(64, 'x');
  const std::string over(65, 'y');
  for (const std::size_t batch_bytes : {1, 40, 64, 70, 200, 4096}) {
    const LinesOptions options{.batch_bytes = batch_bytes, .line_bytes_max = 64};
    const Contents contents = read_bytes(full + '\n' + full + "\nshort\n" + over + '\n' + full + '\n', options);
    EXPECT_THAT(contents.lines, ElementsAre(full, full, "short")) << batch_bytes;
    ASSERT_TRUE(contents.error) << batch_bytes;
    EXPECT_EQ(contents.error->place.line, 4u);
    EXPECT_EQ(contents.error->place.byte, 136u);
    const Contents marked = read_bytes("\xef\xbb\xbf" + full + "\r\n" + full, options);
    EXPECT_FALSE(marked.error) << batch_bytes;
    EXPECT_THAT(marked.lines, ElementsAre(full, full)) << batch_bytes;
    EXPECT_TRUE(read_bytes("\xef\xbb\xbf" + over, options).error) << batch_bytes;
  }
}

TEST(LinesTest, a_huge_line_takes_no_more_memory_than_the_maximum) {
  const TempFolder folder;
  {
    Result<File> file = File::create(folder.file("input"));
    const std::string zeros(1 << 20, '\0');
    ASSERT_TRUE(file->write_all("one\n"));
    for (int mib = 0; mib < 100; ++mib) ASSERT_TRUE(file->write_all(zeros));
  }
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const Contents contents = read_path(folder.file("input"), {.line_bytes_max = 4 << 20});
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_THAT(contents.lines, ElementsAre("one"));
  EXPECT_EQ(contents.error->code, Code::too_large);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 48 << 10) << "KiB";  // the sanitizers hold freed memory back
}

TEST(LinesTest, a_cut_or_broken_compressed_file_gives_its_whole_lines_and_then_the_error) {
  std::string text;
  for (int line = 0; line < 20'000; ++line) text += "line " + std::to_string(line) + "\n";
  for (const char* const tool : {"gzip", "zstd -q", "xz", "bzip2"}) {
    const std::string bytes = compress(tool, text);
    EXPECT_THAT(read_bytes(bytes).lines, SizeIs(20'000));
    const Contents cut = read_bytes(std::string_view(bytes).substr(0, bytes.size() - 9));
    ASSERT_TRUE(cut.error) << tool;
    EXPECT_EQ(cut.error->code, Code::io);
    for (std::size_t line = 0; line < cut.lines.size(); ++line) ASSERT_EQ(cut.lines[line], "line " + std::to_string(line)) << tool;
  }
}

TEST(LinesTest, what_a_pipe_has_is_given_before_more_is_waited_for) {
  const TempFolder folder;
  const std::string path = folder.file("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int keeps_it_open = ::open(path.c_str(), O_RDWR);
  ASSERT_EQ(::write(keeps_it_open, "one\ntwo\nthr", 11), 11);
  Result<Lines> lines = read_lines(path);
  ASSERT_TRUE(lines);
  EXPECT_EQ((*lines->next())->text(), "one\ntwo\n");  // would never come if the rest were waited for
  ASSERT_EQ(::write(keeps_it_open, "ee\n", 3), 3);
  EXPECT_EQ((*lines->next())->text(), "three\n");
  ::close(keeps_it_open);
  EXPECT_FALSE(*lines->next());
}

TEST(LinesTest, a_stop_interrupts_a_read_that_waits_for_a_pipe) {
  const TempFolder folder;
  const std::string path = folder.file("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int keeps_it_open = ::open(path.c_str(), O_RDWR);
  ASSERT_EQ(::write(keeps_it_open, "one\n", 4), 4);
  std::stop_source stop;
  Result<Lines> lines = read_lines(path, {.stop = stop.get_token()});
  ASSERT_TRUE(lines);
  EXPECT_EQ((*lines->next())->text(), "one\n");
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(lines->next().error().code, Code::interrupted);
  ::close(keeps_it_open);
}

TEST(LinesTest, says_that_a_file_is_missing_or_a_folder) {
  EXPECT_EQ(read_path("/no/such/file").error->code, Code::not_found);
  EXPECT_EQ(read_path("/tmp").error->code, Code::io);
}

TEST(LinesTest, standard_input_is_a_file_too) {
  std::string text;
  for (int line = 0; line < 5000; ++line) text += std::to_string(line) + "\r\n";
  const PipedInput piped(compress("zstd -q", text), 100);
  EXPECT_THAT(read_path("-", {.batch_bytes = 500}).lines, SizeIs(5000));
}

}  // namespace
}  // namespace millrace::source

// SPDX-License-Identifier: Apache-2.0
//
// Streaming jobs over files, hostile ones too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "millrace/base/file.h"
#include "millrace/parallel/file_sinks.h"
#include "millrace/parallel/parallel_map.h"
#include "millrace/parallel/stream.h"
#include "millrace/source/lines.h"
#include "millrace/source/points.h"
#include "millrace/text/text.h"
#include "support/random.h"

namespace millrace::parallel {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;

class StreamLinesTest : public ::testing::Test {
 protected:
  source::Lines lines_of(std::string_view bytes, const source::LinesOptions& options = {}) {
    Result<File> file = File::create(path_);
    EXPECT_TRUE(file->write_all(bytes));
    return *source::read_lines(path_, options);
  }

  const TempFolder folder_;
  const std::string path_ = folder_.file("input");
};

TEST_F(StreamLinesTest, a_file_filtered_line_by_line_is_the_plain_loops) {
  test::Random random;
  std::string text, expected;
  for (int line = 0; line < 20'000; ++line) {
    std::string one;
    for (std::size_t size = random.below(60); size != 0; --size) one += random.any_of("abc \xff\xc3\0\r"s);
    text += one + "\n";
    if (one.ends_with('\r')) one.pop_back();
    if (one.contains('a')) expected += one + "\n";
  }
  for (const std::size_t batch_bytes : {50, 4000, 1 << 20}) {
    Result<File> out = File::create(folder_.file("output"));
    source::Lines lines = lines_of(text, {.batch_bytes = batch_bytes});
    const StreamDone done = stream(lines, {.workers = 3}) | keep([](std::string_view line) { return line.contains('a'); }) | to(write_lines(*out));
    EXPECT_TRUE(done);
    EXPECT_EQ(done.elements, 20'000u);
    ASSERT_EQ(read_small_file(folder_.file("output"), 1 << 22), expected);
  }
}

TEST_F(StreamLinesTest, an_empty_file_is_no_lines) { EXPECT_EQ((stream(lines_of("")) | count()).value, 0u); }

TEST_F(StreamLinesTest, nuls_and_invalid_utf8_are_lines_like_others) {
  std::vector<std::string> all;
  EXPECT_TRUE(stream(lines_of("\0\n\xff\xfe\n\xed\xa0\x80\n"s)) | to([&](std::span<std::string_view> some) { all.insert(all.end(), some.begin(), some.end()); }));
  EXPECT_THAT(all, ElementsAre("\0"s, "\xff\xfe", "\xed\xa0\x80"));
}

TEST_F(StreamLinesTest, a_line_of_100_mb_is_an_error_with_its_place_behind_what_came_before) {
  std::string text(100'000'000, 'x');
  text.replace(0, 8, "one\ntwo\n");
  const auto bytes = stream(lines_of(text)) | map(&std::string_view::size) | sum();
  ASSERT_TRUE(bytes.error);
  EXPECT_EQ(describe(*bytes.error), path_ + ":3 (byte 8): a line is longer than 16.0 MiB");
  EXPECT_EQ(bytes.value, 6u);
  EXPECT_EQ((stream(lines_of(text, {.line_bytes_max = 100'000'000})) | map(&std::string_view::size) | sum()).value, 99'999'998u);
}

TEST_F(StreamLinesTest, a_cut_gzip_file_ends_the_job_behind_its_whole_lines) {
  std::string text;
  for (int line = 0; line < 200'000; ++line) text += std::to_string(line) + "\n";
  lines_of(text);
  ASSERT_EQ(std::system(("gzip -c '" + path_ + "' | head -c 300000 > '" + path_ + ".gz'").c_str()), 0);
  Result<source::Lines> lines = source::read_lines(path_ + ".gz");
  std::uint64_t next = 0;
  const StreamDone done = stream(*lines) | to([&](std::span<std::string_view> some) {
                            for (const std::string_view line : some) ASSERT_EQ(line, std::to_string(next++));
                          });
  EXPECT_EQ(done.error->code, Code::io);
  EXPECT_THAT(done.error->message, ::testing::HasSubstr("of the uncompressed"));
  EXPECT_GT(next, 0u);
  EXPECT_EQ(done.elements, next);
}

TEST_F(StreamLinesTest, a_number_that_is_none_passes_to_the_caller) {
  const auto number_of = [](std::string_view line) {
    int number = 0;
    if (std::from_chars(line.begin(), line.end(), number).ptr != line.end()) throw std::invalid_argument(std::string(line));
    return number;
  };
  EXPECT_EQ((stream(lines_of("1\n2\n3\n")) | map(number_of) | sum()).value, 6);
  EXPECT_THROW(static_cast<void>(stream(lines_of("1\ntwo\n3\n")) | map(number_of) | sum()), std::invalid_argument);
}

// What one stage makes, the next may borrow from: it lives until the element is through.
TEST_F(StreamLinesTest, text_functions_are_stages) {
  std::string text;
  std::string expected;
  for (int line = 0; line < 5000; ++line) {
    const std::string word(static_cast<std::size_t>(line % 150), line % 3 == 0 ? 'A' : 'a');
    text += "  " + word + " ß \n";
    expected += std::string(word.size(), 'A') + " SS\n";
  }
  for (std::size_t at; (at = expected.find("\n SS\n")) != std::string::npos;) expected.erase(at + 1, 1);
  if (expected.starts_with(' ')) expected.erase(0, 1);
  std::string made;
  EXPECT_TRUE(stream(lines_of(text)) | map(text::uppercase) | map(text::trim) | to([&](std::span<CowString> lines) {
    for (const CowString& line : lines) made.append(line).append("\n");
  }));
  EXPECT_EQ(made, expected);
  const std::vector<std::string> lines = {" aß ", "B", std::string(100, 'c') + ' '};
  const auto upper = from(lines) | map(text::uppercase) | map(text::trim) | collect();
  EXPECT_EQ(upper[0], "ASS");
  EXPECT_TRUE(upper[1].is_borrowed());
  EXPECT_EQ(upper[2], std::string(100, 'C'));
  EXPECT_EQ(map_collect(lines, text::lowercase)[1], "b");
}

TEST_F(StreamLinesTest, points_stream_as_lines_do) {
  const std::vector<double> input(100'000, 0.25);
  {
    Result<File> file = File::create(path_);
    ASSERT_TRUE(stream([&, given = false]() mutable { return std::exchange(given, true) ? std::nullopt : std::optional(std::span(input)); }) |
                to(write_points(*file)));
  }
  Result<source::Points<double>> points = source::read_points<double>(path_, {.batch_bytes = 1000});
  const auto total = stream(*points) | map([](double x) { return 2 * x; }) | sum();
  EXPECT_EQ(total.value, 50'000);
  EXPECT_EQ(total.elements, input.size());
}

}  // namespace
}  // namespace millrace::parallel

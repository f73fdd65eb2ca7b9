// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/file_sinks.h"

#include <gtest/gtest.h>

#include <ranges>
#include <string>
#include <vector>

#include "millrace/parallel/batches_of.h"
#include "millrace/parallel/stream.h"

namespace millrace::parallel {
namespace {

TEST(FileSinksTest, writes_lines_and_points_in_order) {
  const TempFolder folder;
  const auto numbers = std::views::iota(0, 1000);
  std::string expected;
  for (const int number : numbers) expected += std::to_string(number) + "\n";
  {
    Result<File> file = File::create(folder.file("lines"));
    ASSERT_TRUE(stream(batches_of(numbers, 7)) | map([](int number) { return std::to_string(number); }) | to(write_lines(*file)));
  }
  EXPECT_EQ(read_small_file(folder.file("lines"), 1 << 20), expected);
  {
    Result<File> file = File::create(folder.file("points"));
    ASSERT_TRUE(stream(batches_of(numbers, 7)) | map([](int number) { return 0.5 * number; }) | to(write_points(*file)));
  }
  const std::string bytes = read_small_file(folder.file("points"), 1 << 20).value();
  ASSERT_EQ(bytes.size(), 8000u);
  EXPECT_EQ(reinterpret_cast<const double*>(bytes.data())[999], 499.5);
}

TEST(FileSinksTest, a_full_disk_ends_the_job_with_an_error) {
  Result<File> full = File::create("/dev/full");
  const StreamDone done = stream(batches_of(std::views::iota(0), 100)) | map([](int number) { return std::to_string(number); }) |
                          to(write_lines(*full));
  EXPECT_EQ(done.error->code, Code::io);
  EXPECT_EQ(done.error->message, "cannot write '/dev/full': No space left on device");
  EXPECT_EQ(done.batches, 0u);
}

}  // namespace
}  // namespace millrace::parallel

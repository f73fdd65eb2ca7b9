// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/points.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstring>
#include <vector>

#include "source/input_files.h"

namespace millrace::source {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

struct DataPoint {
  std::int64_t at = 0;
  double value = 0;
  friend bool operator==(const DataPoint&, const DataPoint&) = default;
};

std::vector<DataPoint> sample(std::size_t count) {
  std::vector<DataPoint> points;
  for (std::size_t i = 0; i < count; ++i) points.push_back({static_cast<std::int64_t>(i), 0.5 * static_cast<double>(i)});
  return points;
}

std::string bytes_of(const std::vector<DataPoint>& points) {
  std::string bytes(points.size() * sizeof(DataPoint), '\0');
  if (!points.empty()) std::memcpy(bytes.data(), points.data(), bytes.size());
  return bytes;
}

struct Contents {
  std::vector<DataPoint> points;
  std::size_t batches = 0;
  std::optional<Error> error;
};

Contents read_path(const std::string& path, const PointsOptions& options = {}) {
  Contents contents;
  Result<Points<DataPoint>> points = read_points<DataPoint>(path, options);
  if (!points) return {.points = {}, .error = points.error()};
  for (;;) {
    Result<std::optional<PointBatch<DataPoint>>> batch = points->next();
    if (!batch) contents.error = batch.error();
    if (!batch || !*batch) break;
    EXPECT_FALSE((*batch)->size() == 0);
    contents.points.insert(contents.points.end(), (*batch)->begin(), (*batch)->end());
    ++contents.batches;
  }
  const Result<std::optional<PointBatch<DataPoint>>> behind = points->next();
  EXPECT_TRUE(behind && !*behind);
  return contents;
}

Contents read_bytes(std::string_view bytes, const PointsOptions& options = {}) {
  const TempFolder folder;
  write_file(folder.file("input"), bytes);
  return read_path(folder.file("input"), options);
}

TEST(PointsTest, gives_every_point_whatever_the_size_of_a_batch) {
  const std::vector<DataPoint> points = sample(1000);
  for (const std::size_t batch_bytes : {1, 16, 17, 100, 1 << 20}) {
    EXPECT_EQ(read_bytes(bytes_of(points), {.batch_bytes = batch_bytes}).points, points);
    EXPECT_EQ(read_bytes(compress("gzip", bytes_of(points)), {.batch_bytes = batch_bytes}).points, points);
  }
  EXPECT_EQ(read_bytes(bytes_of(points), {.batch_bytes = 100}).batches, 167u);  // of six points
  EXPECT_THAT(read_bytes("").points, IsEmpty());
}

TEST(PointsTest, a_torn_point_at_the_end_is_an_error_with_its_byte_behind_the_whole_ones) {
  const std::vector<DataPoint> points = sample(100);
  for (const std::size_t batch_bytes : {16, 100, 1 << 20}) {
    for (const std::size_t torn : {1, 15}) {
      const Contents contents = read_bytes(bytes_of(points) + std::string(torn, 'x'), {.batch_bytes = batch_bytes});
      EXPECT_EQ(contents.points, points);
      ASSERT_TRUE(contents.error);
      EXPECT_EQ(contents.error->code, Code::io);
      EXPECT_THAT(contents.error->place.byte, Optional(1600u));
      EXPECT_EQ(contents.error->message, "the file ends after " + std::to_string(torn) + " of the 16 bytes of a point");
    }
  }
}

TEST(PointsTest, a_cut_compressed_file_is_an_error_of_the_file_not_of_the_point) {
  const std::vector<DataPoint> points = sample(10'000);
  const std::string bytes = compress("gzip", bytes_of(points));
  const Contents contents = read_bytes(std::string_view(bytes).substr(0, bytes.size() / 2));
  ASSERT_TRUE(contents.error);
  EXPECT_THAT(contents.error->message, HasSubstr("of the uncompressed"));
  ASSERT_FALSE(contents.points.empty());
  EXPECT_TRUE(std::equal(contents.points.begin(), contents.points.end(), points.begin()));
}

TEST(PointsTest, what_a_pipe_has_is_given_before_more_is_waited_for) {
  const TempFolder folder;
  const std::string path = folder.file("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int keeps_it_open = ::open(path.c_str(), O_RDWR);
  const std::vector<DataPoint> points = sample(3);
  const std::string bytes = bytes_of(points);
  ASSERT_EQ(::write(keeps_it_open, bytes.data(), 40), 40);
  Result<Points<DataPoint>> reader = read_points<DataPoint>(path);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader->next())->size(), 2u);
  ASSERT_EQ(::write(keeps_it_open, bytes.data() + 40, 8), 8);
  EXPECT_EQ(*(*reader->next())->data(), points[2]);
  ::close(keeps_it_open);
  EXPECT_FALSE(*reader->next());
}

TEST(PointsTest, says_that_a_file_is_missing) { EXPECT_EQ(read_path("/no/such/file").error->code, Code::not_found); }

}  // namespace
}  // namespace millrace::source

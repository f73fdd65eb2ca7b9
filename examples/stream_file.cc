// SPDX-License-Identifier: Apache-2.0
//
// A file of any size through stages on all cores, into another file. It improves on a data set in memory, however exactly allocated: a
// few batches are all that is held, so that 10 GB take no more memory than 1 GB, and errors say where.
#include <charconv>
#include <cstdio>
#include <string>

#include "millrace/millrace.h"

// "sensor,celsius"
double celsius_of(std::string_view line) {
  double celsius = 0;
  std::from_chars(line.data() + line.find(',') + 1, line.data() + line.size(), celsius);
  return celsius;
}
bool is_hot(std::string_view line) { return celsius_of(line) > 30; }

millrace::Result<double> copy_hot_readings(const std::string& from, const std::string& to_path) {
  using namespace millrace::parallel;
  auto lines = millrace::source::read_lines(from);  // gzip, zstd, xz and bzip2, too
  if (!lines) return std::unexpected(lines.error());
  auto out = millrace::File::create(to_path);
  if (!out) return std::unexpected(out.error());
  const auto copied = stream(*lines) | keep(is_hot) | to(write_lines(*out));
  if (!copied) return std::unexpected(*copied.error);

  auto hot = millrace::source::read_lines(to_path);
  if (!hot) return std::unexpected(hot.error());
  const auto sum_of_hot = stream(*hot) | map(celsius_of) | sum();  // in the lines' order: the same to the last bit
  if (!sum_of_hot) return std::unexpected(*sum_of_hot.error);
  return sum_of_hot.value;
}

int main() {
  const millrace::TempFolder folder;
  std::string readings;
  double expected = 0;
  for (int i = 0; i < 200'000; ++i) {
    readings += "sensor-" + std::to_string(i % 10) + "," + std::to_string(i % 40) + ".5\n";
    if (i % 40 >= 30) expected += i % 40 + 0.5;
  }
  auto file = millrace::File::create(folder.file("readings.csv"));
  if (!file || !file->write_all(readings)) return 1;

  const auto sum = copy_hot_readings(folder.file("readings.csv"), folder.file("hot.csv"));
  if (!sum) return std::printf("%s\n", millrace::describe(sum.error()).c_str()), 1;
  std::printf("hot readings add up to %.1f\n", *sum);
  return *sum == expected ? 0 : 1;
}

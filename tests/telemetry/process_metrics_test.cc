// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <string>

#include "millrace/telemetry/exposition.h"

namespace millrace::telemetry {
namespace {

class ProcessMetrics : public testing::Test {
 protected:
  ProcessMetrics() { add_process_metrics(registry_); }

  // The value of a sample in a new scrape; fails when there is none.
  double read(const std::string& name) {
    std::string text;
    write_metrics(registry_, Exposition::prometheus_text, text);
    const std::size_t line = text.find("\n" + name + " ");
    EXPECT_NE(line, text.npos) << text;
    return line == text.npos ? -1 : std::stod(text.substr(line + name.size() + 2));
  }

  Registry registry_;
};

TEST_F(ProcessMetrics, memory_follows_what_is_touched) {
  constexpr std::size_t size = 32 << 20;
  const double resident = read("process_resident_memory_bytes");
  const double addresses = read("process_virtual_memory_bytes");
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  EXPECT_GT(read("process_resident_memory_bytes"), resident + 0.9 * size);
  EXPECT_GE(read("process_virtual_memory_bytes"), addresses + 0.9 * size);
  EXPECT_GE(read("process_virtual_memory_bytes"), read("process_resident_memory_bytes"));
  ::munmap(memory, size);
  EXPECT_LT(read("process_resident_memory_bytes"), resident + 0.5 * size);
}

TEST_F(ProcessMetrics, files_follow_what_is_open) {
  const double before = read("process_open_fds");
  const int file = ::open("/dev/null", O_RDONLY);
  ASSERT_GE(file, 0);
  EXPECT_EQ(read("process_open_fds"), before + 1);
  ::close(file);
  EXPECT_EQ(read("process_open_fds"), before);
  int open_files = 0;
  for (int i = 0; i < 4096; ++i) open_files += ::fcntl(i, F_GETFD) != -1;
  EXPECT_EQ(before, open_files);
}

TEST_F(ProcessMetrics, files_max_is_the_limit) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit lower{limit.rlim_cur - 1, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EQ(read("process_max_fds"), static_cast<double>(lower.rlim_cur));
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

TEST_F(ProcessMetrics, cpu_seconds_grow_with_work) {
  const double before = read("process_cpu_seconds_total");
  const std::clock_t start = std::clock();
  while (std::clock() - start < CLOCKS_PER_SEC / 20) {
  }
  EXPECT_GE(read("process_cpu_seconds_total"), before + 0.049);
}

// A test program runs for seconds; the kernel's own start, which this counts from, is told in whole ones.
TEST_F(ProcessMetrics, start_time_is_when_the_process_began) {
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(read("process_start_time_seconds"), now + 1.5);
  EXPECT_GE(read("process_start_time_seconds"), now - 300);
}

TEST_F(ProcessMetrics, build_info_says_the_version_and_leaves_out_what_it_was_not_told) {
  std::string text;
  write_metrics(registry_, Exposition::prometheus_text, text);
  EXPECT_TRUE(text.contains("\nmillrace_build_info{version=\"0.")) << text;
  EXPECT_TRUE(text.contains(",compiler=\"")) << text;
  EXPECT_TRUE(text.contains(",build_type=\"")) << text;
  EXPECT_FALSE(text.contains("=\"\"")) << text;
}

TEST_F(ProcessMetrics, may_be_added_twice) {
  add_process_metrics(registry_);
  std::string text;
  write_metrics(registry_, Exposition::prometheus_text, text);
  EXPECT_EQ(text.find("\nprocess_open_fds "), text.rfind("\nprocess_open_fds "));
}

}  // namespace
}  // namespace millrace::telemetry

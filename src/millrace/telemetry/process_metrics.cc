// SPDX-License-Identifier: Apache-2.0
//
// The process by proc(5), with the names that all of Prometheus' client libraries use for them.
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "millrace/telemetry/registry.h"

namespace millrace::telemetry {
namespace {

std::string read_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The `index`th of the words of `text`, from 0, as a number.
std::optional<double> number_at(std::string_view text, std::size_t index) {
  for (;; --index) {
    const std::size_t start = text.find_first_not_of(" \n");
    if (start == text.npos) return std::nullopt;
    text.remove_prefix(start);
    if (index == 0) break;
    text.remove_prefix(std::min(text.find_first_of(" \n"), text.size()));
  }
  double number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
  return number;
}

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Without the one that this reads the folder with.
std::optional<double> open_files() {
  std::error_code error;
  double count = -1;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++count;
  }
  if (error) return std::nullopt;
  return count;
}

double files_max() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

// Seconds since 1970: the kernel's start and, in ticks since then, the process's.
std::optional<double> start_seconds() {
  const std::string kernel = read_text("/proc/stat");
  const std::size_t boot = kernel.find("\nbtime ");
  const std::string process = read_text("/proc/self/stat");
  const std::size_t name_end = process.rfind(')');  // the name may contain anything
  if (boot == kernel.npos || name_end == process.npos) return std::nullopt;
  const std::optional<double> boot_seconds = number_at(std::string_view(kernel).substr(boot + 1), 1);
  const std::optional<double> ticks = number_at(std::string_view(process).substr(name_end + 1), 19);  // field 22
  if (!boot_seconds || !ticks) return std::nullopt;
  return *boot_seconds + *ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void set_if(const Gauge& gauge, std::optional<double> value) {
  if (value) gauge.set(*value);
}

}  // namespace

void add_process_metrics(Registry& registry) {
  registry
      .gauges({"millrace_build_info",
               "Always 1: its labels say which build this is.",
               {"version", "revision", "compiler", "build_type"}})
      .with({MILLRACE_VERSION, MILLRACE_REVISION, MILLRACE_COMPILER, MILLRACE_BUILD_TYPE})
      .set(1);
  set_if(registry.gauge({"process_start_time_seconds", "When the process started, in seconds since 1970."}),
         start_seconds());

  const Gauge resident = registry.gauge({"process_resident_memory_bytes", "Memory of the process that is resident."});
  const Gauge addresses = registry.gauge({"process_virtual_memory_bytes", "Addresses that the process has mapped."});
  const Total cpu = registry.total({"process_cpu_seconds_total", "CPU time of the process, in user and in kernel mode."});
  const Gauge files = registry.gauge({"process_open_fds", "File descriptors that are open."});
  const Gauge most_files = registry.gauge({"process_max_fds", "File descriptors that may be open."});
  registry
      .before_scrape([=, page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE))] {
        const std::string memory = read_text("/proc/self/statm");
        if (const auto pages = number_at(memory, 0)) addresses.set(*pages * page_bytes);
        if (const auto pages = number_at(memory, 1)) resident.set(*pages * page_bytes);
        cpu.set(cpu_seconds());
        set_if(files, open_files());
        most_files.set(files_max());
      })
      .keep();
}

}  // namespace millrace::telemetry

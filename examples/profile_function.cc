// SPDX-License-Identifier: Apache-2.0
//
// A function with a profile scope, off unless it is compiled in. It improves on a profiler behind a feature flag: off, the object code
// is that of the bare function; on, a scope is two time stamps, carries a number, and the trace opens in Perfetto.
#include <cstdio>
#include <numeric>
#include <vector>

#include "millrace/millrace.h"
#include "millrace/telemetry/trace_file.h"

long long process_data(const std::vector<int>& data) {
  MILLRACE_PROFILE_SCOPE("process_data", "points", data.size());
  return std::accumulate(data.begin(), data.end(), 0LL);
}

int main() {
  const long long sum = process_data(std::vector<int>(1000, 2));
#ifdef MILLRACE_PROFILE
  const auto written = millrace::telemetry::write_trace("process_data.trace.json", {.version = "example", .trace = {}});
  if (!written) return std::printf("%s\n", written.error().message.c_str()), 1;
  std::printf("open process_data.trace.json in ui.perfetto.dev\n");
  const auto trace = millrace::read_small_file("process_data.trace.json", 1 << 20);
  if (!trace || trace->find("\"process_data\"") == std::string::npos) return 1;
#else
  std::printf("no scope was compiled in: compile with -DMILLRACE_PROFILE, or CMake's MILLRACE_PROFILE=ON for the library's own, too\n");
#endif
  return sum == 2000 ? 0 : 1;
}

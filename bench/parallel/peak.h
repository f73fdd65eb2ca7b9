// SPDX-License-Identifier: Apache-2.0
//
// What the kernel says of the memory of this process.
#pragma once

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>

namespace peak {

// Of /proc/self/status, in bytes: "VmHWM" is the peak of what was resident, "VmRSS" what is.
inline std::size_t bytes_of(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1)) * 1024;
  }
  std::perror("/proc/self/status");
  return 0;
}

}  // namespace peak

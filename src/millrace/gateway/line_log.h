// SPDX-License-Identifier: Apache-2.0
//
// Lines to a file, written by a thread of its own. Private to `gateway`; spdlog's bounded queue stands behind it.
//
// Whoever writes never waits for the disk or for a pipe that nobody reads: a queue that is full loses its oldest line. What gathers is
// written with one call when the queue is empty, or at 64 KiB.
// Threads: any. Memory: at most `lines_max` lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::gateway {

class LineLog {
 public:
  static constexpr std::size_t lines_max_default = 8192;

  // Written to behind what is there; "-" is standard output.
  static Result<std::unique_ptr<LineLog>> open(const std::string& path, std::size_t lines_max = lines_max_default);
  static std::unique_ptr<LineLog> standard_error(std::size_t lines_max = 1024);
  // Waits until all is written; a second at most, for a pipe may never be read.
  ~LineLog();

  // `line` without its end.
  void write(std::string_view line) noexcept;
  // Before the next line the path is opened anew: for whoever has moved the file away.
  void reopen() noexcept;
  // Lines that were lost: the queue was full, or writing failed.
  std::uint64_t dropped() const noexcept;

 private:
  class Impl;
  explicit LineLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::gateway

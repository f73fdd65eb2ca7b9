// SPDX-License-Identifier: Apache-2.0
//
// Files as sinks of streaming jobs (stream.h).
//
//   Result<File> out = File::create("hot.txt");
//   auto done = stream(*lines) | keep(is_hot) | to(write_lines(*out));
//
// One write for each batch. A disk that is full ends the job with an error (io), and so does a pipe that nobody reads, where
// SIGPIPE is ignored. Who needs the file
// to outlive a power loss syncs it afterwards.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "millrace/base/file.h"

namespace millrace::parallel {

// Each element, which converts to a std::string_view, as a line.
class LineSink {
 public:
  explicit LineSink(File& file) : file_(&file) {}

  template <class T>
  Result<void> operator()(std::span<T> lines) {
    text_.clear();
    for (const T& line : lines) {
      text_ += std::string_view(line);
      text_ += '\n';
    }
    return file_->write_all(text_);
  }

 private:
  File* file_;
  std::string text_;
};

// Each element as its bytes in memory: what source/points.h reads.
class PointSink {
 public:
  explicit PointSink(File& file) : file_(&file) {}

  template <class T>
  Result<void> operator()(std::span<T> points) {
    static_assert(std::is_trivially_copyable_v<T>);
    return file_->write_all({reinterpret_cast<const char*>(points.data()), points.size_bytes()});
  }

 private:
  File* file_;
};

inline LineSink write_lines(File& file) { return LineSink(file); }
inline PointSink write_points(File& file) { return PointSink(file); }

}  // namespace millrace::parallel

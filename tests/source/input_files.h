// SPDX-License-Identifier: Apache-2.0
//
// Files and pipes for the tests of what reads them.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "millrace/base/file.h"

namespace millrace::source {

inline void write_file(const std::string& path, std::string_view bytes) {
  Result<File> file = File::create(path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write_all(bytes));
}

inline std::string read_file(const std::string& path) { return read_small_file(path, 64 << 20).value(); }

// What the command-line tool of that name makes of `text`.
inline std::string compress(const std::string& tool, std::string_view text) {
  const TempFolder folder;
  write_file(folder.file("in"), text);
  const std::string command = tool + " -c < '" + folder.file("in") + "' > '" + folder.file("out") + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return read_file(folder.file("out"));
}

// Standard input, for as long as it lives, is a pipe that gives `bytes` in pieces.
class PipedInput {
 public:
  PipedInput(std::string bytes, std::size_t piece) : saved_(::dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    writer_ = std::jthread([bytes = std::move(bytes), piece, out = ends[1]] {
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const std::size_t size = std::min(piece, bytes.size() - at);
        if (::write(out, bytes.data() + at, size) != static_cast<ssize_t>(size)) break;
      }
      ::close(out);
    });
  }
  ~PipedInput() {
    writer_.join();
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }

 private:
  int saved_;
  std::jthread writer_;
};

}  // namespace millrace::source

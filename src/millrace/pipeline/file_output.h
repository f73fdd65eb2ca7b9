// SPDX-License-Identifier: Apache-2.0
//
// Where the text of rows goes: a file, which is there as a whole or not at all, or standard output. Private to `pipeline`.
//
// A regular file is written beside itself, as PATH.part, and takes its name with finish(); a pipe, a terminal or a device is
// written as rows come. A pipe that its reader has closed is no failure: `| head` has what it wants.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/file.h"
#include "millrace/base/result.h"

namespace millrace::pipeline {

class FileOutput {
 public:
  // `path`: "-" is standard output.
  static Result<FileOutput> open(const std::string& path);

  Result<void> write(std::string_view text);
  bool is_closed() const { return is_closed_; }
  // Everything was written.
  Result<void> finish();
  // After a failure, in words for the user: what is there and what is not.
  std::string what_is_there() const;

 private:
  FileOutput(File file, std::string path, std::string part) : file_(std::move(file)), path_(std::move(path)), part_(std::move(part)) {}

  File file_;
  std::string path_;
  std::string part_;  // empty when it is written in place
  bool is_closed_ = false;
};

}  // namespace millrace::pipeline

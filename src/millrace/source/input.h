// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a file or of standard input as they are, of which the first few may be looked at before they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "millrace/base/file.h"
#include "millrace/base/result.h"
#include "millrace/source/compression.h"

namespace millrace::source {

class Input {
 public:
  explicit Input(File file) : file_(std::move(file)) {}

  // Looks at no more bytes than it takes. Call it before read().
  Result<Compression> find_compression();
  // As File::read, but begins with what was looked at.
  Result<std::size_t> read(std::span<char> out);

  bool would_wait() const { return head_.empty() && file_.would_wait(); }

  std::uint64_t bytes_taken() const { return bytes_taken_; }
  std::optional<std::uint64_t> bytes_total() const { return file_.size(); }
  const std::string& name() const { return file_.name(); }

 private:
  File file_;
  std::string head_;  // looked at, and not yet read
  std::uint64_t bytes_taken_ = 0;
};

}  // namespace millrace::source

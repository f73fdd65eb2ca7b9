// SPDX-License-Identifier: Apache-2.0
//
// What does not fit into memory, put aside on disk: records written one behind the other, and read back in that order.
//
//   Result<RunFile> run = RunFile::create(folder.file("1"));
//   run->append(record); … run->rewind();
//   while (Result<std::optional<std::string_view>> record = run->next(); record && *record) …
//
// Memory: one buffer of `buffer_bytes`, or a single record when it is larger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/file.h"
#include "millrace/base/result.h"

namespace millrace::surrealql {

class RunFile {
 public:
  static constexpr std::size_t buffer_bytes = 256 << 10;

  static Result<RunFile> create(const std::string& path);

  Result<void> append(std::string_view record);  // less than 4 GiB
  // Ends the writing; next() begins at the first record.
  Result<void> rewind();
  // Until the next call. Nothing at the end; io when what is there is not what was written.
  Result<std::optional<std::string_view>> next();
  std::uint64_t bytes() const { return bytes_; }

 private:
  RunFile(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<bool> fill(std::size_t size);  // at least so many bytes from at_ on; false at the end

  std::string path_;
  File file_;
  std::string buffer_;
  std::size_t at_ = 0;  // in the buffer, when reading
  std::uint64_t bytes_ = 0;
};

}  // namespace millrace::surrealql

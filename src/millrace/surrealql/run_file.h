// SPDX-License-Identifier: Apache-2.0
//
// What does not fit into memory, put aside on disk: records written one behind the other, and read back in that order.
//
//   Result<RunFile> run = RunFile::create();
//   run->append(record); … run->rewind();
//   while (Result<std::optional<std::string_view>> record = run->next(); record && *record) …
//
// It is a file without a name (File::create_temporary): nothing stays of it, however the process ends.
// Memory: a buffer of `write_bytes` while it is written, and one of what set_read_bytes() says while it is read, or of a single
// record when that is larger; none between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/file.h"
#include "millrace/base/result.h"

namespace millrace::surrealql {

class RunFile {
 public:
  static constexpr std::size_t write_bytes = 256 << 10;
  static constexpr std::size_t read_bytes_min = 32 << 10;
  static constexpr std::size_t read_bytes_most = 1 << 20;

  static Result<RunFile> create();

  // Less than 4 GiB. `memory_bytes`: what it takes in all while it is merged.
  Result<void> append(std::string_view record, std::size_t memory_bytes = 0);
  // Ends the writing; next() begins at the first record.
  Result<void> rewind();
  void set_read_bytes(std::size_t bytes) { read_bytes_ = bytes; }
  // Until the next call. Nothing at the end; io when what is there is not what was written.
  Result<std::optional<std::string_view>> next();

  std::uint64_t bytes() const { return bytes_; }
  std::size_t record_memory_max() const { return record_memory_max_; }  // of all records, when it is more than their bytes

 private:
  explicit RunFile(File file) : file_(std::move(file)) {}
  Result<bool> fill(std::size_t size);  // at least so many bytes from at_ on; false at the end
  Result<void> flush();

  File file_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t at_ = 0;   // what is in the buffer begins there,
  std::size_t end_ = 0;  // and ends there
  std::uint64_t offset_ = 0;  // in the file, of what is read next
  std::size_t read_bytes_ = write_bytes;
  std::uint64_t bytes_ = 0;
  std::size_t record_memory_max_ = 0;
};

}  // namespace millrace::surrealql

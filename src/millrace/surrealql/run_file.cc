// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/run_file.h"

#include <cstring>
#include <filesystem>
#include <system_error>

namespace millrace::surrealql {

Result<RunFile> RunFile::create(const std::string& path) {
  Result<File> file = File::create(path);
  if (!file) return std::unexpected(std::move(file).error());
  return RunFile(path, std::move(*file));
}

Result<void> RunFile::append(std::string_view record) {
  const auto size = static_cast<std::uint32_t>(record.size());
  buffer_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  buffer_.append(record);
  bytes_ += sizeof(size) + record.size();
  if (buffer_.size() < buffer_bytes) return {};
  Result<void> done = file_.write_all(buffer_);
  buffer_.clear();
  return done;
}

Result<void> RunFile::rewind() {
  if (Result<void> done = file_.write_all(buffer_); !done) return done;
  buffer_.clear();
  Result<File> file = File::open_to_read(path_);
  if (!file) return std::unexpected(std::move(file).error());
  file_ = std::move(*file);
  // It has no name any more, and is gone however this process ends.
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  return {};
}

Result<bool> RunFile::fill(std::size_t size) {
  if (buffer_.size() - at_ >= size) return true;
  buffer_.erase(0, at_);
  at_ = 0;
  while (buffer_.size() < size) {
    const std::size_t before = buffer_.size();
    buffer_.resize(std::max(size, buffer_bytes));
    const Result<std::size_t> got = file_.read({buffer_.data() + before, buffer_.size() - before});
    buffer_.resize(before + got.value_or(0));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return false;
  }
  return true;
}

Result<std::optional<std::string_view>> RunFile::next() {
  std::uint32_t size = 0;
  Result<bool> there = fill(sizeof(size));
  if (!there) return std::unexpected(std::move(there).error());
  if (!*there && buffer_.empty()) return std::nullopt;
  if (*there) {
    std::memcpy(&size, buffer_.data() + at_, sizeof(size));
    there = fill(sizeof(size) + size);
    if (!there) return std::unexpected(std::move(there).error());
  }
  if (!*there) return fail(Code::io, "what was put aside in '" + path_ + "' ends too early: it was changed, or the disk failed");
  const std::string_view record(buffer_.data() + at_ + sizeof(size), size);
  at_ += sizeof(size) + size;
  return record;
}

}  // namespace millrace::surrealql

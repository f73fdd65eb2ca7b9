// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/run_file.h"

#include <algorithm>
#include <cstring>

namespace millrace::surrealql {

Result<RunFile> RunFile::create() {
  Result<File> file = File::create_temporary();
  if (!file) return std::unexpected(std::move(file).error());
  return RunFile(std::move(*file));
}

Result<void> RunFile::flush() {
  Result<void> done = file_.write_all({buffer_.get(), end_});
  end_ = 0;
  return done;
}

Result<void> RunFile::append(std::string_view record, std::size_t memory_bytes) {
  const auto size = static_cast<std::uint32_t>(record.size());
  bytes_ += sizeof(size) + record.size();
  record_memory_max_ = std::max({record_memory_max_, record.size(), memory_bytes});
  if (!buffer_) {
    buffer_ = std::make_unique_for_overwrite<char[]>(write_bytes);
    capacity_ = write_bytes;
  }
  if (capacity_ - end_ < sizeof(size) + record.size()) {
    if (Result<void> done = flush(); !done) return done;
  }
  std::memcpy(buffer_.get() + end_, &size, sizeof(size));
  end_ += sizeof(size);
  if (capacity_ - end_ >= record.size()) {
    std::copy(record.begin(), record.end(), buffer_.get() + end_);
    end_ += record.size();
    return {};
  }
  if (Result<void> done = flush(); !done) return done;
  return file_.write_all(record);
}

Result<void> RunFile::rewind() {
  Result<void> done = flush();
  buffer_.reset();
  capacity_ = 0;
  return done;
}

Result<bool> RunFile::fill(std::size_t size) {
  if (end_ - at_ >= size) return true;
  if (capacity_ < size) {
    const std::size_t capacity = std::max(size, read_bytes_);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::copy(buffer_.get() + at_, buffer_.get() + end_, larger.get());
    buffer_ = std::move(larger);
    capacity_ = capacity;
  } else {
    std::copy(buffer_.get() + at_, buffer_.get() + end_, buffer_.get());
  }
  end_ -= at_;
  at_ = 0;
  while (end_ < size) {
    const Result<std::size_t> got = file_.read_at(offset_, {buffer_.get() + end_, capacity_ - end_});
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return false;
    offset_ += *got;
    end_ += *got;
  }
  return true;
}

Result<std::optional<std::string_view>> RunFile::next() {
  std::uint32_t size = 0;
  Result<bool> there = fill(sizeof(size));
  if (!there) return std::unexpected(std::move(there).error());
  if (!*there && end_ == 0 && offset_ == bytes_) {
    buffer_.reset();
    capacity_ = 0;
    return std::nullopt;
  }
  if (*there) {
    std::memcpy(&size, buffer_.get() + at_, sizeof(size));
    there = fill(sizeof(size) + std::size_t{size});
    if (!there) return std::unexpected(std::move(there).error());
  }
  if (!*there) return fail(Code::io, "what was put aside in '" + file_.name() + "' ends too early: it was changed, or the disk failed");
  const std::string_view record(buffer_.get() + at_ + sizeof(size), size);
  at_ += sizeof(size) + size;
  return record;
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/rejects.h"

#include <fmt/format.h>

#include "millrace/record/json.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t buffer_bytes_max = 256u << 10;

}  // namespace

Result<void> RejectsWriter::add(const Reject& reject) {
  ++count_;
  const Place& place = reject.error.place;
  buffer_ += "{\"source\":";
  append_json_string(buffer_, place.source);
  fmt::format_to(std::back_inserter(buffer_), ",\"line\":{},\"byte\":{},\"id\":{},\"reason\":", place.line,
                 place.byte.value_or(0), reject.id_json.empty() ? "null" : reject.id_json);
  append_json_string(buffer_, reject.error.message);
  if (!reject.json.empty()) {
    buffer_.append(",\"record\":").append(reject.json);
  } else if (is_utf8(reject.raw)) {
    buffer_ += ",\"record\":";
    append_json_string(buffer_, reject.raw);
  } else {
    buffer_.append(",\"record_base64\":\"").append(encode_base64(reject.raw)).append("\"");
  }
  buffer_ += "}\n";
  return buffer_.size() < buffer_bytes_max ? Result<void>() : flush();
}

Result<void> RejectsWriter::resume(std::uint64_t bytes, std::uint64_t count) {
  count_ = count;
  if (bytes == 0) return {};
  Result<File> file = File::open_behind(path_, bytes);
  if (!file) return std::unexpected(std::move(file).error());
  file_ = *std::move(file);
  bytes_ = bytes;
  return {};
}

Result<void> RejectsWriter::sync() {
  if (Result<void> flushed = flush(); !flushed || is_synced_) return flushed;
  is_synced_ = true;
  return file_->sync();
}

Result<void> RejectsWriter::flush() {
  if (buffer_.empty()) return {};
  if (!file_) {
    Result<File> made = File::create(path_);
    if (!made) return std::unexpected(std::move(made).error());
    file_ = std::move(*made);
    if (Result<void> synced = sync_folder_of(path_); !synced) return synced;
  }
  is_synced_ = false;
  bytes_ += buffer_.size();
  Result<void> done = file_->write_all(buffer_);
  buffer_.clear();
  return done;
}

}  // namespace millrace::pipeline

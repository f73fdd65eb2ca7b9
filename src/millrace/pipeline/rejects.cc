// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/rejects.h"

#include <fmt/format.h>

#include <algorithm>

#include "millrace/record/json.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t buffer_bytes_max = 256u << 10;
// Of a large record, at a time: escaped it may come to six times as much. A multiple of three, for base64.
constexpr std::size_t piece_bytes = 3u << 14;

// The longest piece of UTF-8 that ends between two characters.
std::string_view first_piece(std::string_view text) {
  std::size_t size = std::min(piece_bytes, text.size());
  const auto continues = [&](std::size_t at) { return at < text.size() && (text[at] & 0xc0) == 0x80; };
  while (size > 0 && continues(size)) --size;
  return text.substr(0, size);
}

}  // namespace

std::string id_json_of(std::string_view record, std::string_view field) {
  const Result<Value> parsed = parse_json(record);
  const Value* const id = parsed ? parsed->find(field) : nullptr;
  return id == nullptr ? "" : to_json(*id);
}

Result<void> RejectsWriter::add(const Reject& reject) {
  ++count_;
  const Place& place = reject.error.place;
  buffer_ += "{\"source\":";
  if (place.source.empty()) {  // a group's row comes from nowhere
    buffer_ += "null,\"line\":null,\"byte\":null";
  } else {
    append_json_string(buffer_, place.source);
    fmt::format_to(std::back_inserter(buffer_), ",\"line\":{},\"byte\":{}", place.line, place.byte.value_or(0));
  }
  fmt::format_to(std::back_inserter(buffer_), ",\"id\":{},\"reason\":", reject.id_json.empty() ? "null" : reject.id_json);
  append_json_string(buffer_, reject.error.message);
  Result<void> done;
  if (!reject.json.empty()) {
    buffer_ += ",\"record\":";
    done = append(reject.json);
  } else if (is_utf8(reject.raw)) {
    buffer_ += ",\"record\":\"";
    done = append_escaped(reject.raw);
    buffer_ += '"';
  } else {
    buffer_ += ",\"record_base64\":\"";
    done = append_base64(reject.raw);
    buffer_ += '"';
  }
  buffer_ += "}\n";
  return done ? flush_when_full() : done;
}

Result<void> RejectsWriter::resume(std::uint64_t bytes, std::uint64_t count) {
  count_ = count;
  bytes_ = bytes;
  if (bytes == 0) return {};
  Result<File> file = File::open_behind(path_, bytes);
  if (!file) return std::unexpected(std::move(file).error());
  file_ = *std::move(file);
  return {};
}

Result<void> RejectsWriter::sync() {
  if (Result<void> flushed = flush(); !flushed || is_synced_) return flushed;
  MILLRACE_PROFILE_SCOPE("sync rejects");
  Result<void> synced = file_->sync();
  is_synced_ = synced.has_value();
  return keep(std::move(synced));
}

Result<void> RejectsWriter::append(std::string_view text) {
  Result<void> done;
  for (; done && !text.empty(); text.remove_prefix(std::min(piece_bytes, text.size()))) {
    buffer_ += text.substr(0, piece_bytes);
    done = flush_when_full();
  }
  return done;
}

Result<void> RejectsWriter::append_escaped(std::string_view text) {
  Result<void> done;
  std::string quoted;
  while (done && !text.empty()) {
    const std::string_view piece = first_piece(text);
    quoted.clear();
    append_json_string(quoted, piece);
    buffer_.append(quoted, 1, quoted.size() - 2);
    text.remove_prefix(piece.size());
    done = flush_when_full();
  }
  return done;
}

Result<void> RejectsWriter::append_base64(std::string_view bytes) {
  Result<void> done;
  for (; done && !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
    buffer_ += encode_base64(bytes.substr(0, piece_bytes));
    done = flush_when_full();
  }
  return done;
}

Result<void> RejectsWriter::flush_when_full() { return buffer_.size() < buffer_bytes_max ? Result<void>() : flush(); }

Result<void> RejectsWriter::flush() {
  if (failure_) return std::unexpected(*failure_);
  if (buffer_.empty()) return {};
  MILLRACE_PROFILE_SCOPE("write rejects", "bytes", buffer_.size());
  if (!file_) {
    Result<File> made = File::create(path_);
    if (!made) return keep(std::unexpected(std::move(made).error()));
    file_ = std::move(*made);
    if (Result<void> synced = sync_folder_of(path_); !synced) return keep(std::move(synced));
  }
  is_synced_ = false;
  Result<void> done = file_->write_all(buffer_);
  if (done) bytes_ += buffer_.size();
  buffer_.clear();
  return keep(std::move(done));
}

Result<void> RejectsWriter::keep(Result<void> done) {
  if (!done) failure_ = done.error();
  return done;
}

}  // namespace millrace::pipeline

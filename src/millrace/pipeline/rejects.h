// SPDX-License-Identifier: Apache-2.0
//
// The rejects of a job, as NDJSON that can be loaded again (contract.md): one line
// {"source","line","byte","id","reason","record"} each, `record` being the JSON value when it parsed, else the raw text, or
// `record_base64` when it is not UTF-8. A place without a source is null.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/file.h"
#include "millrace/base/result.h"

namespace millrace::pipeline {

// The field of the record, as JSON; empty when there is none, or the text is no object.
std::string id_json_of(std::string_view record, std::string_view field);

class RejectsWriter {
 public:
  // The file is made with the first reject.
  explicit RejectsWriter(std::string path) : path_(std::move(path)) {}
  // Goes on behind the file's first `bytes`, in which `count` rejects stand; the rest is cut off.
  Result<void> resume(std::uint64_t bytes, std::uint64_t count);

  struct Reject {
    const Error& error;
    std::string_view id_json = {};  // empty when the record has none
    std::string_view json = {};     // the record as one line of JSON; empty when it did not parse, then
    std::string_view raw = {};      // what stood there
  };
  Result<void> add(const Reject& reject);
  // Gives all to the system. Called at the end, and before memory grows.
  Result<void> flush();
  // The same, and it survives a power loss.
  Result<void> sync();

  std::uint64_t bytes() const { return bytes_; }  // of the file, what is not flushed apart

  std::uint64_t count() const { return count_; }
  const std::string& path() const { return path_; }

 private:
  // In pieces: a large record is never in the buffer as a whole.
  Result<void> append(std::string_view text);
  Result<void> append_escaped(std::string_view text);
  Result<void> append_base64(std::string_view bytes);
  Result<void> flush_when_full();
  Result<void> keep(Result<void> done);

  std::string path_;
  std::optional<File> file_;
  std::string buffer_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
  bool is_synced_ = true;
  std::optional<Error> failure_;  // once a line is lost, none may count as written
};

}  // namespace millrace::pipeline

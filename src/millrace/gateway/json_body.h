// SPDX-License-Identifier: Apache-2.0
//
// The body of a request as JSON. Private to `gateway`.
#pragma once

#include <string_view>

#include "millrace/base/chunk.h"
#include "millrace/base/result.h"
#include "millrace/record/json_scanner.h"

namespace millrace::gateway {

class JsonBody {
 public:
  enum class Kind : std::uint8_t { object, array };

  // Validates the body whole. invalid_json with its byte; invalid_record for JSON that is neither an object nor an array.
  Result<Kind> read(std::string_view body);
  // Of an object, until the next read().
  const RecordView& record() const { return record_; }
  // Of an array: how many elements it has, at most `most`.
  std::size_t count_elements(std::size_t most) const;
  // Of an array: its text, with Chunk::padding bytes behind it.
  Chunk take_array() { return std::move(text_); }

 private:
  Chunk text_;
  JsonScanner scanner_;
  RecordView record_;
};

}  // namespace millrace::gateway

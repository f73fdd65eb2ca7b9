// SPDX-License-Identifier: Apache-2.0
//
// What the readers of all formats share: the slice that they walk over, and the checks that any record has to pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "millrace/decode/record_reader.h"
#include "millrace/decode/splitter.h"
#include "millrace/record/json_scanner.h"

namespace millrace::decode {

class SliceWalk {
 public:
  void open(const Slice& slice);
  // Only `part` of the slice's text, which begins in line `part_line`.
  void open(const Slice& slice, std::string_view part, std::uint64_t part_line);

  bool at_end() const { return at == text.size(); }
  std::uint64_t byte_of(const char* p) const { return offset_ + static_cast<std::uint64_t>(p - text.data()); }

  std::size_t record_bytes_max() const { return record_bytes_max_; }

  // Makes `found` the record `input` that begins in line `line`; false, with the error, when it is too large or not
  // UTF-8.
  bool begin_record(std::string_view input, std::uint64_t line, Found& found) const;

  std::string_view text;
  std::size_t at = 0;      // the next byte
  std::uint64_t line = 1;  // of text[at], kept by the reader

 private:
  std::uint64_t offset_ = 0;
  std::size_t record_bytes_max_ = 0;
  RecordLimit record_bytes_from_ = RecordLimit::max_record;
  bool is_utf8_ =
      true;  // the whole slice at once; else each record is looked at, so that only the culprits are refused
};

// Decodes found.input, one JSON text whose first byte stands at found.byte: fills found.record, or says what is wrong.
void decode_json(JsonScanner& scanner, Found& found);

}  // namespace millrace::decode

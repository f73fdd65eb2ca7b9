// SPDX-License-Identifier: Apache-2.0
//
// A file of rejects (contract.md, commands): each line holds a record that was rejected once, and where it stood. The
// record is shown again as if it came from there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "millrace/decode/line_reader.h"

namespace millrace::decode {

class RejectsReader {
 public:
  void open(const Slice& slice) { lines_.open(slice); }
  bool next(Found& found);
  // The record inside a line of rejects that was shown; valid until the next call.
  std::string_view inner_record(std::string_view line);

 private:
  void read_place(Found& found) const;
  // The record's bytes: in the line, or decoded in text_. Nothing when the line has none.
  std::optional<std::string_view> read_inner();

  LineWalk lines_;
  JsonScanner outer_scanner_;
  JsonScanner inner_scanner_;
  RecordView outer_;
  std::string text_;  // a record that the line holds as a text, with padding behind it
};

}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
//
// The rows of NDJSON. Lines are taken many at a time, a window, whose structure is found at once; a line that is not as it
// should be is judged by the strict reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/decode/field_tree.h"
#include "millrace/decode/line_reader.h"
#include "millrace/decode/record_slots.h"
#include "millrace/decode/row_reader.h"
#include "millrace/decode/row_walk.h"
#include "millrace/decode/structure.h"

namespace millrace::decode {

class LineRows {
 public:
  explicit LineRows(FieldTree& tree) : walk_(tree), slots_(tree) {}

  void open(const Slice& slice);
  bool next(FoundRow& found);

 private:
  void open_window();
  void find_structure(std::string_view text);
  bool read_line(const char* newline, std::uint64_t number, FoundRow& found);
  bool judge_line(std::string_view line, std::uint64_t number, FoundRow& found);

  // In the slice's text.
  const Slice* slice_ = nullptr;
  const char* at_ = nullptr;  // the next line
  const char* end_ = nullptr;
  std::uint64_t line_ = 0;  // the next line's number
  const char* window_begin_ = nullptr;
  const char* window_end_ = nullptr;
  const char* singles_end_ = nullptr;  // up to here each line is a window by itself: their structure was refused

  // The window's text: in the slice, or with the newline that an input's last line lacks in tail_.
  const char* text_ = nullptr;
  const std::uint32_t* position_ =
      nullptr;  // of the next line's first token, or of one behind it; null: the strict reader's window
  std::string tail_;
  std::vector<std::uint32_t> newlines_;
  const std::uint32_t* newline_ = nullptr;  // the next line's

  Structure structure_;
  RowWalk walk_;
  LineReader reader_;
  Found strict_;
  RecordSlots slots_;
};

}  // namespace millrace::decode

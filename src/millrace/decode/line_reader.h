// SPDX-License-Identifier: Apache-2.0
//
// NDJSON: a record in each line.
#pragma once

#include "millrace/decode/slice_walk.h"

namespace millrace::decode {

// The lines of a slice that are not blank.
class LineWalk {
 public:
  void open(const Slice& slice) { walk_.open(slice); }
  void open(const Slice& slice, std::string_view part, std::uint64_t line) { walk_.open(slice, part, line); }
  // The next line, without white space around it; false at the slice's end. found.error is set when its bytes are no
  // text.
  bool next(Found& found);

 private:
  SliceWalk walk_;
};

class LineReader {
 public:
  void open(const Slice& slice) { lines_.open(slice); }
  // Only `part` of the slice's text, which begins in line `line`.
  void open(const Slice& slice, std::string_view part, std::uint64_t line) { lines_.open(slice, part, line); }
  bool next(Found& found);

 private:
  LineWalk lines_;
  JsonScanner scanner_;
};

}  // namespace millrace::decode

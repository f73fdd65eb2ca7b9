// SPDX-License-Identifier: Apache-2.0
//
// A JSON array of records, or a sequence of them with white space between.
#pragma once

#include "millrace/decode/json_element.h"
#include "millrace/decode/slice_walk.h"

namespace millrace::decode {

class JsonReader {
 public:
  void open(const Slice& slice);
  bool next(Found& found);

 private:
  bool in_array() const { return before_ >= JsonBefore::array_bracket; }
  void skip_space();
  // What the byte at hand is, between two elements.
  enum class Token : unsigned char { element, passed, misplaced };
  Token read_punctuation(const char*& fault);
  void read_element(const char* fault, Found& found);

  SliceWalk walk_;
  JsonBefore before_ = JsonBefore::nothing;
  JsonScanner scanner_;
};

}  // namespace millrace::decode

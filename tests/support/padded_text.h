// SPDX-License-Identifier: Apache-2.0
//
// Text in a Chunk, as JsonScanner wants it: Chunk::padding readable bytes stand behind it.
//
//   const PaddedText text(R"({"a":1})");
//   scanner.scan_record(text.view(), record);
#pragma once

#include <algorithm>
#include <string_view>

#include "millrace/base/chunk.h"

namespace millrace::test {

class PaddedText {
 public:
  explicit PaddedText(std::string_view text) : chunk_(text.size()) {
    std::copy(text.begin(), text.end(), chunk_.data());
    chunk_.set_size(text.size());
  }
  // With `behind` over and over in the padding: what a scanner must not take for a part of the text.
  PaddedText(std::string_view text, std::string_view behind) : PaddedText(text) {
    for (std::size_t i = 0; i < Chunk::padding; ++i) chunk_.data()[text.size() + i] = behind[i % behind.size()];
  }
  std::string_view view() const { return chunk_.text(); }
  Chunk& chunk() { return chunk_; }

 private:
  Chunk chunk_;
};

}  // namespace millrace::test

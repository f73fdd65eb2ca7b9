// SPDX-License-Identifier: Apache-2.0
//
// simdjson's stage 1, chosen for the processor at run time: the positions of all brackets, colons and commas outside of
// strings, and of the first byte of every string, number and word. It refuses text that is not UTF-8, has a control
// character in a string, or ends inside one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace millrace::decode {

class Structure {
 public:
  Structure();
  ~Structure();

  // False when the text is refused. It is not empty, has less than 4 GiB, and ends with a newline: that is where the
  // positions behind the last one point, so that a walk over them needs no count.
  bool find(std::string_view text);

  const std::uint32_t* positions() const { return positions_; }

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
  std::uint32_t* positions_ = nullptr;  // four bytes of memory for each byte of the largest text
};

}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/line_count.h"

#include "millrace/base/newlines.h"

namespace millrace::decode {

std::uint64_t count_any_newlines(std::string_view text) {
  std::uint64_t count = count_newlines(text);
  for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
    if (!text.substr(at + 1).starts_with('\n')) ++count;
  }
  return count;
}

}  // namespace millrace::decode

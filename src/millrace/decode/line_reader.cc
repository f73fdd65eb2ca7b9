// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/line_reader.h"

#include <algorithm>

#include "millrace/decode/json_element.h"

namespace millrace::decode {
bool LineWalk::next(Found& found) {
  while (!walk_.at_end()) {
    const std::size_t end = std::min(walk_.text.find('\n', walk_.at), walk_.text.size());
    const std::string_view line = walk_.text.substr(walk_.at, end - walk_.at);
    const std::uint64_t number = walk_.line++;
    walk_.at = std::min(end + 1, walk_.text.size());
    const std::string_view record = trim_json_space(line);
    // Of a line too large the splitter, when it has to drop it, knows no white space; the size of chunks must not
    // matter.
    const bool fits = line.size() <= walk_.record_bytes_max();
    if (fits && record.empty()) continue;
    walk_.begin_record(fits ? record : line, number, found);
    return true;
  }
  return false;
}

bool LineReader::next(Found& found) {
  if (!lines_.next(found)) return false;
  if (!found.error) decode_json(scanner_, found);
  return true;
}

}  // namespace millrace::decode

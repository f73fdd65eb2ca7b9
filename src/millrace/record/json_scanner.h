// SPDX-License-Identifier: Apache-2.0
//
// One pass over JSON text that validates it whole (RFC 8259: every token, escape and number) and finds the top-level fields
// of an object. No tree is built and nothing is copied, but for an object with a repeated or an escaped key, which is
// rewritten into the scanner's own scratch: the last of duplicate keys wins, at every depth.
//
//   JsonScanner scanner;
//   RecordView record;
//   auto end = scanner.scan_record(text, record);   // text[0] is the first byte of the value
//   if (!end) … end.error().at, end.error().what
//
// Requires: the text is valid UTF-8 (decode checks whole slices with simdjson), and Chunk::padding bytes behind it are
// readable. Limits: depth_max levels of nesting, and fields_max fields, so that a record's view stays small. A lone
// surrogate (\ud800) is refused, as simdjson's DOM refuses it; an integer of any length is accepted, where the DOM refuses
// those of 20 digits. Memory: the scratch of the largest rewritten record. Threads: one scanner per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/record/record_view.h"

namespace millrace {

struct JsonFault {
  std::size_t at = 0;  // byte in the text
  std::string what;    // "expected ',' or '}' after a value"
};

class JsonScanner {
 public:
  static constexpr std::size_t depth_max = 1000;
  static constexpr std::size_t fields_max = 65'536;

  // Scans the object that begins at text[0] and returns the byte after its '}'; what follows is the caller's matter. The
  // view is valid until the next call.
  std::expected<std::size_t, JsonFault> scan_record(std::string_view text, RecordView& record);

  // Validates the one value that begins at text[0] and returns the byte after it.
  std::expected<std::size_t, JsonFault> scan_value(std::string_view text);
  // The same for a value that stands inside `levels_around` arrays and objects, which count as levels. `rewritten` becomes
  // the value without repeated keys when an object in it may have some, else empty.
  std::expected<std::size_t, JsonFault> scan_value(std::string_view text, std::size_t levels_around, std::string& rewritten);

 private:
  void rewrite(RecordView& record);

  std::string scratch_;            // the text of a rewritten record
  std::vector<std::string> keys_;  // and its keys that had escapes
  std::vector<std::uint32_t> key_hashes_;
};

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/slice_walk.h"

#include "millrace/decode/fault.h"
#include "millrace/decode/utf8.h"

namespace millrace::decode {

void SliceWalk::open(const Slice& slice) { open(slice, slice.chunk.text(), slice.line); }

void SliceWalk::open(const Slice& slice, std::string_view part, std::uint64_t part_line) {
  text = part;
  at = 0;
  line = part_line;
  offset_ = slice.chunk.offset + static_cast<std::uint64_t>(part.data() - slice.chunk.data());
  record_bytes_max_ = slice.record_bytes_max;
  record_bytes_from_ = slice.record_bytes_from;
  is_utf8_ = is_utf8(text);
}

bool SliceWalk::begin_record(std::string_view input, std::uint64_t record_line, Found& found) const {
  found.input = input;
  found.line = record_line;
  found.byte = found.offset = byte_of(input.data());
  found.source.clear();
  found.error.reset();
  found.is_json = false;
  if (input.size() > record_bytes_max_) {
    found.error = too_large(input.size(), record_bytes_max_, record_bytes_from_);
    found.input = {};
  } else if (!is_utf8_) {
    const std::size_t invalid = find_invalid_utf8(input);
    if (invalid != input.size()) found.error = malformed("the record is not valid UTF-8", found.byte + invalid);
  }
  return !found.error;
}

void decode_json(JsonScanner& scanner, Found& found) {
  const bool is_object = found.input.starts_with('{');
  const auto end = is_object ? scanner.scan_record(found.input, found.record) : scanner.scan_value(found.input);
  if (!end) {
    found.error = malformed(end.error().what, found.byte + end.error().at);
  } else if (*end != found.input.size()) {
    found.error = malformed("text follows the record", found.byte + *end);
  } else if (!is_object) {
    found.error = not_an_object(found.input.front());
    found.is_json = !found.input.starts_with('"');
  }
}

}  // namespace millrace::decode

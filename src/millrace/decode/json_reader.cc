// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/json_reader.h"

#include "millrace/base/newlines.h"
#include "millrace/decode/fault.h"

namespace millrace::decode {

using enum JsonBefore;

void JsonReader::open(const Slice& slice) {
  walk_.open(slice);
  before_ = slice.json_before;
}

void JsonReader::skip_space() {
  const std::size_t begin = walk_.at;
  while (!walk_.at_end() && is_json_space(walk_.text[walk_.at])) walk_.line += walk_.text[walk_.at++] == '\n' ? 1 : 0;
  if (walk_.at != begin && before_ == sequence_element) before_ = sequence_space;
}

// Passes over the comma or bracket at hand. `fault` says what is wrong with it, or with an element that stands here.
JsonReader::Token JsonReader::read_punctuation(const char*& fault) {
  const char byte = walk_.text[walk_.at];
  const bool opens = byte == '[' && before_ == nothing;
  const bool separates = byte == ',' && in_array();
  const bool closes = byte == ']' && in_array();
  if (opens) {
    before_ = array_bracket;
  } else if (separates) {
    if (before_ != array_element) fault = "a comma stands where a record is expected";
    before_ = array_comma;
  } else if (closes) {
    if (before_ == array_comma) fault = "a comma stands before the closing bracket";
  } else {
    if (before_ == nothing) before_ = sequence_space;
    if (before_ == array_element) fault = "expected ',' or ']' before this record";
    if (before_ == sequence_element) fault = "expected white space before this record";
    return Token::element;
  }
  ++walk_.at;
  return fault == nullptr ? Token::passed : Token::misplaced;
}

bool JsonReader::next(Found& found) {
  for (;;) {
    skip_space();
    if (walk_.at_end()) return false;
    const char* fault = nullptr;
    switch (read_punctuation(fault)) {
      case Token::passed: break;
      case Token::element: read_element(fault, found); return true;
      case Token::misplaced:
        walk_.begin_record(walk_.text.substr(walk_.at - 1, 1), walk_.line, found);
        found.error = malformed(fault, found.byte);
        return true;
    }
  }
}

// Reads the element at hand, which is malformed whatever it is when there is a fault already. Scanned at once in the
// usual case, a valid object; only for others is the end looked for by itself.
void JsonReader::read_element(const char* fault, Found& found) {
  const std::string_view rest = walk_.text.substr(walk_.at);
  std::size_t size = 0;
  const bool may_be_record = fault == nullptr && rest.starts_with('{');
  if (may_be_record) {
    if (const auto end = scanner_.scan_record(rest, found.record)) size = *end;
  }
  const bool is_record = size != 0;
  if (!is_record) {
    JsonElement element(in_array() ? JsonElement::In::array : JsonElement::In::sequence);
    size = element.find_end(rest, 0).value_or(rest.size());
  }
  const std::string_view input = rest.substr(0, size);
  if (walk_.begin_record(input, walk_.line, found) && !is_record) {
    if (fault != nullptr) {
      found.error = malformed(fault, found.byte);
    } else {
      decode_json(scanner_, found);
    }
  }
  walk_.at += size;
  walk_.line += count_newlines(input);
  before_ = in_array() ? array_element : sequence_element;
}

}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "millrace/base/chunk.h"
#include "millrace/record/json.h"
#include "millrace/record/json_scanner.h"
#include "millrace/record/json_text.h"
#include "millrace/record/repeats.h"

namespace millrace {
namespace {

// Walks text that was validated, so that no step can fail.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Value value() {
    skip(" \t\r\n");
    switch (text_[at_]) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': at_ += 4; return true;
      case 'f': at_ += 5; return false;
      case 'n': at_ += 4; return nullptr;
      default: return number();
    }
  }

 private:
  void skip(std::string_view characters) {
    while (at_ < text_.size() && characters.contains(text_[at_])) ++at_;
  }

  std::string string() {
    const std::string_view quoted = text_.substr(at_, skip_json_string(text_.substr(at_)));
    at_ += quoted.size();
    return decode_json_string(quoted);
  }

  Value number() {
    const std::string_view digits = text_.substr(at_, skip_json_value(text_.substr(at_)));
    at_ += digits.size();
    const char* const end = digits.data() + digits.size();
    if (digits.find_first_of(".eE") != std::string_view::npos) return read_json_double(digits);
    std::int64_t integer = 0;
    if (std::from_chars(digits.data(), end, integer).ec != std::errc{}) return Decimal{std::string(digits)};
    return integer;
  }

  Array array() {
    Array values;
    ++at_;
    for (skip(" \t\r\n"); text_[at_] != ']'; skip(" \t\r\n,")) values.push_back(value());
    ++at_;
    return values;
  }

  Object object() {
    Object members;
    ++at_;
    for (skip(" \t\r\n"); text_[at_] != '}'; skip(" \t\r\n,")) {
      std::string key = string();
      skip(" \t\r\n:");
      members.push_back({std::move(key), value()});
    }
    ++at_;
    keep_last_of_repeats(members);
    return members;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes); }

void append_one_line(std::string& out, std::string_view validated) {
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out.append(validated);
  if (validated.find('\n') == std::string_view::npos && validated.find('\r') == std::string_view::npos) return;
  std::replace_if(out.begin() + begin, out.end(), [](char byte) { return byte == '\n' || byte == '\r'; }, ' ');
}

Value parse_validated_json(std::string_view text) { return Parser(text).value(); }

Result<Value> parse_json(std::string_view text) {
  if (!is_utf8(text)) return fail(Code::invalid_json, "the text is not valid UTF-8");
  std::string padded(text);
  padded.append(Chunk::padding, '\0');
  const std::string_view whole(padded.data(), text.size());
  const std::size_t begin = std::min(whole.find_first_not_of(" \t\r\n"), whole.size());
  JsonScanner scanner;
  const auto size = scanner.scan_value(whole.substr(begin));
  if (!size) return fail(Code::invalid_json, size.error().what, {.byte = begin + size.error().at});
  const std::size_t behind = whole.find_first_not_of(" \t\r\n", begin + *size);
  if (behind != std::string_view::npos) return fail(Code::invalid_json, "text follows the value", {.byte = behind});
  return parse_validated_json(whole.substr(begin, *size));
}

}  // namespace millrace

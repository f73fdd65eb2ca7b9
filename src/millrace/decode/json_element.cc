// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/json_element.h"

#include "millrace/decode/byte_search.h"

namespace millrace::decode {

// From inside a string to behind its closing quote, or to the end.
const char* JsonElement::skip_string(const char* p, const char* end) {
  if (escaped_ && p < end) {
    ++p;
    escaped_ = false;
  }
  while (p < end) {
    p = find_first_of<'"', '\\'>(p, end);
    if (p == end) break;
    if (*p == '"') {
      in_string_ = false;
      return p + 1;
    }
    escaped_ = end - p == 1;
    p += escaped_ ? 1 : 2;
  }
  return end;
}

bool JsonElement::ends_before(char byte) const {
  return is_json_space(byte) || (in_ == In::array && (byte == ',' || byte == ']'));
}

std::optional<std::size_t> JsonElement::find_end(std::string_view text, std::size_t from) {
  const char* p = text.data() + from;
  const char* const end = text.data() + text.size();
  const auto offset = [&] { return static_cast<std::size_t>(p - text.data()); };
  for (;;) {
    if (in_string_) p = skip_string(p, end);
    if (depth_ != 0) p = find_first_of<'"', '{', '[', '}', ']'>(p, end);
    if (p == end) return std::nullopt;
    if (depth_ == 0 && ends_before(*p)) return offset();
    switch (*p++) {
      case '"': in_string_ = true; break;
      case '{':
      case '[': ++depth_; break;
      case '}':
      case ']':
        if (depth_ != 0 && --depth_ == 0) return offset();
        break;
      default: break;
    }
  }
}

}  // namespace millrace::decode

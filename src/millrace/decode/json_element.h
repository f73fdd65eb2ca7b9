// SPDX-License-Identifier: Apache-2.0
//
// Follows one element of a JSON input, of an array or of a sequence, to its end by nothing but quotes and brackets:
// what the splitter has to do in order, and how a reader finds its way behind an element that is malformed. For what is
// valid this is where it ends; for what is not, it is where both agree that the next one begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::decode {

constexpr bool is_json_space(char byte) { return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'; }

constexpr std::string_view trim_json_space(std::string_view text) {
  while (!text.empty() && is_json_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_json_space(text.back())) text.remove_suffix(1);
  return text;
}

class JsonElement {
 public:
  enum class In : bool { sequence, array };

  explicit JsonElement(In in) : in_(in) {}

  // The end of the element, of which text[from] is the next byte: behind the bracket that closes it, else before white
  // space (in an array also before ',' and ']') outside of all brackets and quotes. Nothing when the text ends before.
  std::optional<std::size_t> find_end(std::string_view text, std::size_t from);

  // At the end of the input: nothing is open, so the element is whole.
  bool may_end() const { return depth_ == 0 && !in_string_; }

 private:
  const char* skip_string(const char* p, const char* end);
  bool ends_before(char byte) const;

  In in_;
  bool in_string_ = false;
  bool escaped_ = false;  // the next byte belongs to a backslash
  std::uint64_t depth_ = 0;
};

}  // namespace millrace::decode

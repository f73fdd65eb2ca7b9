// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/json_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "millrace/decode/utf8.h"
#include "millrace/record/json.h"
#include "millrace/record/json_text.h"

namespace millrace::gateway {
namespace {

constexpr std::string_view space = " \t\n\r";

std::unexpected<Error> malformed(std::string_view what, std::size_t byte) {
  return fail(Code::invalid_json, fmt::format("{}, at byte {}", what, byte), {.byte = byte});
}

}  // namespace

Result<JsonBody::Kind> JsonBody::read(std::string_view body) {
  if (text_.data() == nullptr || text_.capacity() < body.size()) text_ = Chunk(std::max<std::size_t>(body.size(), 4096));
  std::memcpy(text_.data(), body.data(), body.size());
  text_.set_size(body.size());
  const std::string_view text = text_.text();
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == text.npos) return malformed("the body is empty, where a JSON object or an array of them has to be", text.size());
  if (!is_utf8(text)) return malformed("the body is not UTF-8", decode::find_invalid_utf8(text));
  const bool is_object = text[begin] == '{';
  const std::string_view value = text.substr(begin);
  const auto end = is_object ? scanner_.scan_record(value, record_) : scanner_.scan_value(value);
  if (!end) return malformed(end.error().what, begin + end.error().at);
  const std::size_t rest = text.find_first_not_of(space, begin + *end);
  if (rest != text.npos) return malformed("something stands behind the JSON value", rest);
  if (is_object) return Kind::object;
  if (text[begin] == '[') return Kind::array;
  return fail(Code::invalid_record, "the body is neither a JSON object nor an array of them");
}

std::size_t JsonBody::count_elements(std::size_t most) const {
  std::string_view rest = text_.text();
  rest.remove_prefix(rest.find('[') + 1);
  std::size_t count = 0;
  for (;; ++count) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n\r,"), rest.size()));
    if (rest.starts_with(']') || count == most) return count;
    rest.remove_prefix(skip_json_value(rest));
  }
}

}  // namespace millrace::gateway

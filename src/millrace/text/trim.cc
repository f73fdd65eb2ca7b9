// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/case_table.h"
#include "millrace/text/properties.h"
#include "millrace/text/text.h"
#include "millrace/text/utf8.h"

namespace millrace::text::detail {
namespace {

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

bool is_white_space(const Sequence& found) { return found.size != 0 && (properties_of(found.point) & white_space) != 0; }

std::string_view without_start(std::string_view text) {
  while (!text.empty()) {
    const Sequence first = decode(bytes_of(text), bytes_of(text) + text.size());
    if (!is_white_space(first)) break;
    text.remove_prefix(first.size);
  }
  return text;
}

std::string_view without_end(std::string_view text) {
  while (!text.empty()) {
    const Sequence last = decode_before(bytes_of(text), bytes_of(text) + text.size());
    if (!is_white_space(last)) break;
    text.remove_suffix(last.size);
  }
  return text;
}

}  // namespace

CowString trim(std::string_view text) noexcept { return without_end(without_start(text)); }
CowString trim_start(std::string_view text) noexcept { return without_start(text); }
CowString trim_end(std::string_view text) noexcept { return without_end(text); }

}  // namespace millrace::text::detail

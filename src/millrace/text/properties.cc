// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/properties.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "unicode_tables.h"

namespace millrace::text {

static_assert(std::string_view(unicode_version).starts_with(U_UNICODE_VERSION), "unicode-data and libicu-dev are of different versions of Unicode");

std::uint8_t properties_of(char32_t point) {
  if ((point >> 6) < std::size(property_first_level)) return property_blocks[property_first_level[point >> 6] * 64u + (point & 63)];
  const bool is_ignorable = std::ranges::any_of(ignorable_ranges, [&](CodePointRange range) {
    return point >= range.first && point <= range.last;
  });
  return is_ignorable ? case_ignorable : std::uint8_t{0};
}

bool may_begin_nfc_unsafe(std::uint8_t byte) { return byte >= 0xc0 && (nfc_doubts[byte & 15] >> ((byte >> 4) - 12) & 1) != 0; }

const char* table_version() { return unicode_version; }

}  // namespace millrace::text

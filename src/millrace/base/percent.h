// SPDX-License-Identifier: Apache-2.0
//
// Percent-encoding, as it stands in a part of a URL (RFC 3986, section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// The bytes that the text stands for: any, a NUL (%00) and what is not UTF-8 included, so that who wants text has to check.
// Once only: "%2541" is "%41". A plus sign is a plus sign. Nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

// Appends the text with all but RFC 3986's unreserved characters encoded.
void append_percent_encoded(std::string& out, std::string_view text);

}  // namespace millrace

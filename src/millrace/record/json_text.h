// SPDX-License-Identifier: Apache-2.0
//
// Steps over JSON text that the scanner has accepted, so that none of them can fail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace {

// The byte behind the value that begins at text[0].
std::size_t skip_json_value(std::string_view text);
// The byte behind the string that begins at text[0], a quote.
std::size_t skip_json_string(std::string_view text);
// What a string without escapes says: the text between its quotes.
inline std::string_view unquoted(std::string_view string) { return string.substr(1, string.size() - 2); }

// The double nearest to the number: an infinity beyond a double's range, a zero below it.
double read_json_double(std::string_view number);

// True for 1 to Decimal::digits_max digits, with a minus before them and a point among them, as may be.
bool is_decimal(std::string_view text);

// The value as a message shows it: its first 60 bytes, cut between two characters.
std::string show_json(std::string_view value);

}  // namespace millrace

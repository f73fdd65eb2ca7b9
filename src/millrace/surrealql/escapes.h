// SPDX-License-Identifier: Apache-2.0
//
// The escapes of SurrealQL's strings and quoted names. Private to this room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace::surrealql {

// Reads the escape whose backslash stands at text[at], appends what it means, and moves `at` behind it. Empty when it is one;
// else why not: `\n \r \t \0 \b \f \\ \' \" \``, `\uXXXX` and `\u{X…}` of one to six hexadecimal digits.
std::string_view read_escape(std::string_view text, std::size_t& at, std::string& out);

}  // namespace millrace::surrealql

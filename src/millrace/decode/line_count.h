// SPDX-License-Identifier: Apache-2.0
//
// How many lines end in a text, by the rule of CSV.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::decode {

// "\n", "\r\n" and a '\r' alone end a line. `text` does not end between '\r' and '\n'.
std::uint64_t count_any_newlines(std::string_view text);

}  // namespace millrace::decode

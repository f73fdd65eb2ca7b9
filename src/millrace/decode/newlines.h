// SPDX-License-Identifier: Apache-2.0
//
// Where lines end, all of a text at once. memchr() for each line costs more: it guesses each line's length wrong.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::decode {

// Writes the position of each '\n' to `positions` and returns their end; one behind it is overwritten. 64 bytes behind the
// text are readable; it has less than 4 GiB.
std::uint32_t* find_newlines(std::string_view text, std::uint32_t* positions);

}  // namespace millrace::decode

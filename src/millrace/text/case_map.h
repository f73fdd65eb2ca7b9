// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "millrace/text/ascii.h"
#include "millrace/text/cow_string.h"

namespace millrace::text {

enum class Mapping { upper, lower, fold };

// The mapping with the processor's instructions of that kind; the result is the same with each.
CowString map_case(Mapping mapping, std::string_view text, Simd simd);
// Into `out`, of case_bytes_max(text.size()) bytes: how many were written.
std::size_t map_case_into(Mapping mapping, std::string_view text, char* out, Simd simd);

}  // namespace millrace::text

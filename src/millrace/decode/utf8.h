// SPDX-License-Identifier: Apache-2.0
//
// UTF-8, as RFC 3629 has it: no overlong forms, no surrogates, nothing over U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace millrace::decode {

bool is_utf8(std::string_view text);
// Where the first sequence that is not UTF-8 begins; text.size() when there is none.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace millrace::text {

// Whether the Σ at `at` within [begin, end) is the last letter of a word, so that its lower case is ς: Final_Sigma in section 3.13 of
// the Unicode Standard. A cased code point comes before it, none behind it; what is case-ignorable is passed over. A byte that is
// invalid ends the word.
bool is_final_sigma(const std::uint8_t* begin, const std::uint8_t* at, const std::uint8_t* end);

}  // namespace millrace::text

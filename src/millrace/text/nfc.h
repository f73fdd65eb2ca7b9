// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "millrace/text/ascii.h"
#include "millrace/text/cow_string.h"

namespace millrace::text {

// ICU counts in 31 bits: a text is given to it in pieces of about this size, each cut where nothing composes across.
inline constexpr std::size_t nfc_piece_bytes = std::size_t{1} << 30;

CowString nfc_of(std::string_view text, Simd simd, std::size_t piece_bytes = nfc_piece_bytes);

}  // namespace millrace::text

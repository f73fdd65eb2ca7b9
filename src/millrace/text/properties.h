// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace millrace::text {

// The bits of case_table.h that a code point has.
std::uint8_t properties_of(char32_t point);
// Whether one of the 64 code points around has nfc_unsafe.
bool may_be_nfc_unsafe(char32_t point);
// Of the data that the tables were made from: "15.0.0".
const char* table_version();

}  // namespace millrace::text

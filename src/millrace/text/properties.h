// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace millrace::text {

// The bits of case_table.h that a code point has.
std::uint8_t properties_of(char32_t point);
// Whether a byte begins the UTF-8 of a code point that has nfc_unsafe.
bool may_begin_nfc_unsafe(std::uint8_t byte);
// Of the data that the tables were made from: "15.0.0".
const char* table_version();

}  // namespace millrace::text

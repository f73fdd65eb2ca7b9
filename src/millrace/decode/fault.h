// SPDX-License-Identifier: Apache-2.0
//
// The words for records that cannot be decoded, said by the splitter and the readers alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/decode/splitter.h"

namespace millrace::decode {

Error too_large(std::uint64_t record_bytes, std::size_t record_bytes_max, RecordLimit from);
Error header_too_large(std::size_t record_bytes_max, RecordLimit from);
// "…, at byte 4711"
Error malformed(std::string_view what, std::uint64_t byte);
// For JSON that is whole but no object; `first` is its first byte.
Error not_an_object(char first);

}  // namespace millrace::decode

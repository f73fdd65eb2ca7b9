// SPDX-License-Identifier: Apache-2.0
//
// Which compression an input has, told by its first bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace::source {

enum class Compression : std::uint8_t { none, gzip, zstd, xz, bzip2 };

// No answer needs more than this many bytes.
inline constexpr std::size_t signature_bytes_max = 10;

// `head` holds the input's first bytes: signature_bytes_max of them, or all that there are.
Compression find_compression(std::string_view head);
// False once `head` is enough to tell, so that a slow pipe is not waited for.
bool may_be_compressed(std::string_view head);

std::string_view to_string(Compression compression);

}  // namespace millrace::source

// SPDX-License-Identifier: Apache-2.0
//
// The formats of input.
#pragma once

#include <cstdint>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::decode {

enum class Format : std::uint8_t { ndjson, json, csv, rejects };

// "ndjson", "json", "csv", "rejects"; invalid_argument for another word.
Result<Format> parse_format(std::string_view name);
// By the name's ending (.ndjson .jsonl .json .csv .rejects, also under .gz .zst .xz .bz2), else NDJSON.
Format format_of_name(std::string_view path);

}  // namespace millrace::decode

// SPDX-License-Identifier: Apache-2.0
//
// What holds for any bytes whatever: decoding ends, what is found does not depend on chunks and reads, and every record
// that is accepted is JSON by simdjson's DOM too.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "decode/decode_all.h"
#include "millrace/base/assert.h"

namespace millrace::decode {

inline void check_record(const std::string& record) {
  static simdjson::dom::parser parser;
  const simdjson::error_code error = parser.parse(simdjson::padded_string(record)).error();
  // DOM wants numbers to fit 64 bits; we keep their digits.
  MILLRACE_ASSERT(error == simdjson::SUCCESS || error == simdjson::NUMBER_ERROR);
}

// The first three bytes choose the sizes, the others are the input.
inline void check_decoding(Format format, std::string_view bytes) {
  if (bytes.size() < 3) return;
  const auto choice = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  DecodeOptions options{
      .chunk_bytes = 4096, .record_bytes_max = 1 + 8 * choice(0), .automatic_types = choice(1) % 2 == 1};
  const std::string_view input = bytes.substr(3);
  const std::vector<Decoded> expected = decode_all(format, input, options);
  for (const Decoded& one : expected) {
    if (!one.code) check_record(one.record);
  }
  options.chunk_bytes = 1 + choice(1);
  options.read_bytes = 1 + choice(2);
  MILLRACE_ASSERT(decode_all(format, input, options) == expected);
}

}  // namespace millrace::decode

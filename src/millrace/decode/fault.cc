// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/fault.h"

#include <fmt/format.h>

#include "millrace/base/bytes.h"

namespace millrace::decode {
namespace {

// As the user gave it to --max-record: exactly.
std::string limit_text(std::size_t bytes) {
  if (bytes % (1u << 20) == 0) return fmt::format("{} MiB", bytes >> 20);
  if (bytes % (1u << 10) == 0) return fmt::format("{} KiB", bytes >> 10);
  return fmt::format("{} bytes", bytes);
}

std::string limit_words(std::size_t bytes, RecordLimit from) {
  if (from == RecordLimit::memory) return fmt::format("--memory has room for ({}): give more", format_bytes(bytes));
  return fmt::format("--max-record ({})", limit_text(bytes));
}

}  // namespace

Error too_large(std::uint64_t record_bytes, std::size_t record_bytes_max, RecordLimit from) {
  return {Code::too_large,
          fmt::format("a record of {} bytes is larger than {}", format_count(record_bytes), limit_words(record_bytes_max, from)),
          {}};
}

Error header_too_large(std::size_t record_bytes_max, RecordLimit from) {
  return {Code::too_large, fmt::format("the CSV header is larger than {}", limit_words(record_bytes_max, from)), {}};
}

Error malformed(std::string_view what, std::uint64_t byte) {
  return {Code::invalid_json, fmt::format("{}, at byte {}", what, byte), {}};
}

Error not_an_object(char first) {
  const std::string_view kind = first == '['                   ? "an array"
                                : first == '"'                 ? "a text"
                                : first == 't' || first == 'f' ? "a bool"
                                : first == 'n'                 ? "null"
                                                               : "a number";
  return {Code::invalid_record, fmt::format("the record is {}, not an object", kind), {}};
}

}  // namespace millrace::decode

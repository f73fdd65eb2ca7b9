// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/rejects_reader.h"

#include <charconv>
#include <optional>

#include "millrace/base/chunk.h"
#include "millrace/decode/fault.h"
#include "millrace/decode/json_element.h"
#include "millrace/decode/utf8.h"
#include "millrace/record/json.h"

namespace millrace::decode {
namespace {

std::optional<std::uint64_t> read_count(const FieldView* field) {
  std::uint64_t count = 0;
  if (field == nullptr || field->kind != JsonKind::integer) return std::nullopt;
  const char* const end = field->value.data() + field->value.size();
  const auto [read_to, error] = std::from_chars(field->value.data(), end, count);
  return error == std::errc{} && read_to == end ? std::optional(count) : std::nullopt;
}

}  // namespace

// A line without a place keeps its own.
void RejectsReader::read_place(Found& found) const {
  const FieldView* const source = outer_.find("source");
  if (source != nullptr && source->kind == JsonKind::string) found.source = decode_json_string(source->value);
  found.line = read_count(outer_.find("line")).value_or(found.line);
  found.byte = read_count(outer_.find("byte")).value_or(found.byte);
}

// A text is what was malformed once, and may have been mended since; anything else is the record's JSON itself.
std::optional<std::string_view> RejectsReader::read_inner() {
  const FieldView* const base64 = outer_.find("record_base64");
  const FieldView* const record = outer_.find("record");
  if (record != nullptr && record->kind != JsonKind::string) return record->value;
  if (record != nullptr) {
    text_ = decode_json_string(record->value);
  } else if (base64 != nullptr && base64->kind == JsonKind::string) {
    Result<std::string> bytes = decode_base64(decode_json_string(base64->value));
    if (!bytes) return std::nullopt;
    text_ = std::move(*bytes);
  } else {
    return std::nullopt;
  }
  const std::size_t size = text_.size();
  text_.append(Chunk::padding, '\0');
  return trim_json_space(std::string_view(text_).substr(0, size));
}

bool RejectsReader::next(Found& found) {
  if (!lines_.next(found)) return false;
  if (found.error) return true;
  const std::string_view line = found.input;
  decode_json(outer_scanner_, found);
  if (found.error) return true;
  outer_ = found.record;
  read_place(found);
  const std::optional<std::string_view> inner = read_inner();
  if (!inner) {
    found.error = Error{Code::invalid_record, "a line of rejects needs 'record', or 'record_base64' in base64", {}};
    found.is_json = true;
    return true;
  }
  found.input = *inner;
  if (inner->empty()) {
    found.error = Error{Code::invalid_json, "the rejected record was not kept, so it cannot be loaded", {}};
  } else if (const std::size_t invalid = find_invalid_utf8(*inner); invalid != inner->size()) {
    found.error = malformed("the record is not valid UTF-8", found.byte + invalid);
  } else {
    decode_json(inner_scanner_, found);
  }
  if (!found.error) found.input = line;
  return true;
}

std::string_view RejectsReader::inner_record(std::string_view line) {
  const bool is_record = outer_scanner_.scan_record(line, outer_).has_value();
  return is_record ? read_inner().value_or(line) : line;
}

}  // namespace millrace::decode

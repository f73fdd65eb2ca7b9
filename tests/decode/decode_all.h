// SPDX-License-Identifier: Apache-2.0
//
// Decodes a whole text through splitter and reader, as a load does, with chunks and reads of any size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/base/chunk.h"
#include "millrace/base/result.h"
#include "millrace/decode/record_reader.h"
#include "millrace/decode/splitter.h"

namespace millrace::decode {

// A record that was found, good or bad, or a slice's fault, with nothing borrowed.
struct Decoded {
  std::string record;  // its JSON; empty when there is an error
  std::vector<std::pair<std::string, std::string>> fields;
  std::string input;
  std::string source;
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::optional<Code> code;
  std::string message;
  bool is_json = false;

  friend bool operator==(const Decoded&, const Decoded&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Decoded& one) {
    out << one.source << ':' << one.line << " (" << one.byte << ") ";
    if (one.code) return out << to_string(*one.code) << ": " << one.message << " <" << one.input << ">";
    return out << one.record;
  }
};

struct DecodeOptions {
  std::size_t chunk_bytes = 1 << 16;
  std::size_t read_bytes = 1 << 16;
  std::size_t record_bytes_max = 16u << 20;
  std::size_t slice_records_max = 8192;
  std::size_t stall_every = 0;  // reads; 0: never
  bool automatic_types = false;
  std::uint64_t* bytes_taken = nullptr;  // what the slices account for, all together
};

// Every slice of the text, in its order.
template <typename Take>
void split_all(Format format, std::string_view text, const DecodeOptions& options, Take take) {
  ChunkPool pool(options.chunk_bytes);
  Splitter splitter(format, {.record_bytes_max = options.record_bytes_max, .slice_records_max = options.slice_records_max}, pool);
  std::size_t at = 0;
  for (std::size_t reads = 1;; ++reads) {
    if (options.stall_every != 0 && reads % options.stall_every == 0) splitter.stall();
    while (std::optional<Slice> slice = splitter.next()) {
      if (options.bytes_taken != nullptr) *options.bytes_taken += slice->bytes_taken;
      take(*slice);
      pool.give(std::move(slice->chunk));
    }
    if (splitter.ended()) return;
    const std::span<char> space = splitter.space();
    const std::size_t size = std::min({space.size(), options.read_bytes, text.size() - at});
    text.copy(space.data(), size, at);
    at += size;
    splitter.filled(size);
  }
}

// What `found`, a Found or FoundRow, says apart from its record.
template <typename AnyFound>
Decoded place_of(const AnyFound& found) {
  Decoded one;
  one.input = found.input;
  one.source = found.source;
  one.line = found.line;
  one.byte = found.byte;
  one.is_json = found.is_json;
  if (found.error) {
    one.code = found.error->code;
    one.message = found.error->message;
  }
  return one;
}

inline Decoded fault_of(const Slice& slice) {
  Decoded one;
  one.input = slice.fault_text;
  one.line = slice.fault->place.line;
  one.byte = slice.fault->place.byte.value_or(0);
  one.code = slice.fault->code;
  one.message = slice.fault->message;
  return one;
}

inline std::vector<Decoded> decode_all(Format format, std::string_view text, DecodeOptions options = {}) {
  std::vector<Decoded> all;
  RecordReader reader(format, {.automatic_types = options.automatic_types});
  Found found;
  split_all(format, text, options, [&](const Slice& slice) {
    reader.open(slice);
    while (reader.next(found)) {
      Decoded& one = all.emplace_back(place_of(found));
      if (found.error) continue;
      one.record = found.record.text;
      for (const FieldView& field : found.record.fields) one.fields.emplace_back(field.key, field.value);
    }
    if (slice.fault) all.push_back(fault_of(slice));
  });
  return all;
}

}  // namespace millrace::decode

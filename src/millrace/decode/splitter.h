// SPDX-License-Identifier: Apache-2.0
//
// A Splitter takes the bytes of one input in order and cuts them into slices of whole records, so that workers can
// decode slices side by side. It does the least that has to be done in order: for NDJSON it looks for the last newline,
// for a JSON array and CSV it follows quotes.
//
//   Splitter splitter(Format::ndjson, {.record_bytes_max = 16 << 20}, pool);
//   for (;;) {
//     while (std::optional<Slice> slice = splitter.next()) hand_to_a_worker(std::move(*slice));
//     if (splitter.ended()) break;
//     splitter.filled(source.read(splitter.space()));   // 0: the input's end
//   }
//
// A slice is cut when the chunk is full, so that workers get pieces worth their while. Where the next bytes may take a while
// (a pipe that is empty for now), stall() has the next call of next() give the whole records that are at hand.
// A record larger than a chunk makes its chunk grow, up to record_bytes_max; a larger one is dropped byte by byte and
// becomes a slice that says so. A byte-order mark of UTF-8 at the start is passed over.
// Threads: one at a time. Memory: one chunk, and the tail of the one before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "millrace/base/chunk.h"
#include "millrace/base/result.h"
#include "millrace/decode/format.h"

namespace millrace::decode {

// What the user may change for a larger record.
enum class RecordLimit : std::uint8_t { max_record, memory };

struct SplitterOptions {
  std::size_t record_bytes_max = 16u << 20;
  RecordLimit record_bytes_from = RecordLimit::max_record;
  // What a record becomes has parts that do not depend on its length, so that a slice of tiny ones would become many times
  // itself. For the same reason a slice of CSV has fewer rows when the header, which each row repeats, is long.
  std::size_t slice_records_max = 8192;
};

// What stands before the first byte of a slice of JSON; the reader goes on from there.
enum class JsonBefore : std::uint8_t {
  nothing,           // the input begins here: an array if its first byte is '[', else a sequence of objects
  sequence_space,    // white space in a sequence
  sequence_element,  // an element of a sequence: white space has to follow
  array_bracket,     // '['
  array_comma,       // a comma between elements
  array_element,     // an element: a comma or ']' has to follow
};

// Whole records of one input, in their order. `chunk.text()` holds them and nothing else but white space, commas and
// brackets between them.
struct Slice {
  Chunk chunk;
  std::uint64_t line = 1;            // of the first byte
  std::uint64_t bytes_taken = 0;     // of the input that this slice accounts for, dropped ones included
  std::size_t record_bytes_max = 0;  // the splitter's; the reader refuses what is larger
  RecordLimit record_bytes_from = RecordLimit::max_record;
  JsonBefore json_before = JsonBefore::nothing;
  // CSV: the header's text, shared by all slices of the input.
  std::shared_ptr<const std::string> header;
  // One record that cannot be decoded at all (too large, or an array that is never closed), with its place but the
  // source; it stands behind the records of the slice.
  std::optional<Error> fault;
  std::string fault_text;  // its bytes, when they are at hand
};

class Splitter {
 public:
  Splitter(Format format, SplitterOptions options, ChunkPool& pool);
  ~Splitter();

  // How large the chunk will be once space() was called.
  std::size_t chunk_bytes_next() const;
  // Where the next bytes of the input go: never empty before ended().
  std::span<char> space();
  // `size` bytes were put there; 0 says that the input has ended.
  void filled(std::size_t size);
  // No bytes come for now.
  void stall();
  // The input cannot be read any further: what is whole is still given, what is not is left out without a fault.
  void cut_short();
  // The next slice, or nothing: more bytes are needed, or all is given.
  std::optional<Slice> next();
  bool ended() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace::decode

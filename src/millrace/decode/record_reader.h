// SPDX-License-Identifier: Apache-2.0
//
// A RecordReader walks over the records of a slice. Each is validated whole before it is shown; one that is malformed
// is shown with its error, and the walk goes on behind it.
//
//   RecordReader reader(Format::ndjson);
//   reader.open(slice);
//   while (reader.next(found)) { if (found.error) … else writer.add(found.record, …); }
//
// Threads: one reader per thread; it keeps its scratch from slice to slice.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/decode/splitter.h"
#include "millrace/record/record_view.h"

namespace millrace::decode {

struct Found {
  RecordView record;  // valid until the next call, and as long as the slice's chunk; empty when there is an error
  // The record's bytes in the slice. When there is an error, what to show of it: the bytes that could not be decoded,
  // in the slice or (format rejects) in the reader until the next call; nothing of a record too large.
  std::string_view input;
  std::uint64_t line = 0;
  std::uint64_t byte = 0;      // in the uncompressed input
  std::uint64_t offset = 0;    // the same, and for format rejects the line's own
  std::string source;          // only for format rejects: the original place's source
  std::optional<Error> error;  // invalid_json, invalid_record or too_large, without a place
  bool is_json = false;        // with an error: `input` is valid JSON all the same, but no object (nor text)
};

struct ReaderOptions {
  // CSV cells become int or float when printing that number gives the same characters; else they are text.
  bool automatic_types = false;
};

class RecordReader {
 public:
  explicit RecordReader(Format format, ReaderOptions options = {});
  ~RecordReader();

  // `slice` outlives the walk.
  void open(const Slice& slice);
  bool next(Found& found);

  // A record's bytes of an input of this format as one line of JSON: what a reject shows. For a CSV row, the object
  // made of it; `slice` gives the header.
  std::string as_json(std::string_view input, const Slice& slice);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace::decode

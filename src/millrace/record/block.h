// SPDX-License-Identifier: Apache-2.0
//
// A Block holds the records of one piece of input in the form that the store will send: JSON text for SQLite, CBOR for
// SurrealDB. All bodies stand in one buffer, one behind the other, so that a run of records is a run of bytes and a batch
// is cut from blocks without a copy. Each record keeps its id, its place in the input and the input's own text, which a
// reject shows again.
//
//   for (std::size_t i = 0; i < block.size(); ++i) bind(block.id(i), block.body(i));
//
// Records whose created_at millrace gives carry a slot that stamp() fills with the commit's time.
// Threads: one at a time. Memory: bytes_in_memory(); clear() keeps the buffers for the next piece.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/chunk.h"
#include "millrace/base/clock.h"
#include "millrace/base/result.h"
#include "millrace/record/record.h"

namespace millrace {

enum class Encoding : std::uint8_t { json, cbor };

// A borrowed RecordId.
struct IdView {
  enum class Kind : std::uint8_t { integer, text, uuid };
  Kind kind = Kind::text;
  std::int64_t integer = 0;
  std::string_view text;  // of a text; the 36 characters of a uuid

  RecordId to_id() const;
  std::string to_string() const;
};

class Block {
 public:
  static constexpr std::uint32_t no_stamp = 0xffffffff;

  struct Entry {
    std::uint64_t line = 0;
    std::uint64_t byte = 0;
    std::uint32_t input_begin = 0;  // the record's own text in input
    std::uint32_t input_size = 0;
    std::uint32_t body_begin = 0;  // in bytes
    std::uint32_t body_size = 0;
    std::uint32_t id_begin = 0;  // in id_text
    std::uint32_t id_size = 0;
    std::int64_t id_integer = 0;
    IdView::Kind id_kind = IdView::Kind::text;
    bool id_generated = false;
    bool stamped = false;  // its created_at was once the commit's
    std::uint32_t other_source = 0;     // 0: the block's source; else other_sources[other_source - 1]
    std::uint32_t stamp_at = no_stamp;  // where created_at stands in the body, when millrace gives it
    // The record's own, when it is a datetime; after stamp() the commit's, when millrace gives it.
    std::optional<Timestamp> created_at;
  };
  // A record that never became one: it goes to the rejects.
  struct Malformed {
    Error error;
    std::string record;  // JSON when `is_json`, else the input's bytes as they are
    bool is_json = false;
    std::string id_json = {};  // the record's own id as it stands there; empty when it has none
    std::size_t entries_before = 0;
    std::uint64_t filtered_before = 0;
    std::uint64_t offset = 0;  // where it begins in the input
  };

  std::size_t size() const { return entries.size(); }
  IdView id(std::size_t index) const;
  std::string_view body(std::size_t index) const;
  std::string_view body_run(std::size_t first, std::size_t last) const;  // the bodies [first, last), one behind the other
  std::string_view input_text(std::size_t index) const;
  Place place(std::size_t index) const;
  // Where the record begins in the input. Its place may name another: a file of rejects tells where records came from.
  std::uint64_t offset(std::size_t index) const { return input.offset + entries[index].input_begin; }
  // Writes `time` into the records [first, last) that have none of their own.
  void stamp(std::size_t first, std::size_t last, Timestamp time);
  std::size_t bytes_in_memory() const;
  void clear();

  Encoding encoding = Encoding::json;
  std::string bytes;
  std::string id_text;
  std::vector<Entry> entries;
  std::vector<Malformed> malformed;
  Chunk input;
  std::string source;
  std::vector<std::string> other_sources;  // of records that tell where they come from: see Entry::other_source
  std::uint32_t source_number = 0;         // the job's own number for the source
  std::uint64_t records_read = 0;          // entries + malformed + filtered + gathered
  std::uint64_t records_filtered = 0;      // by a query
  std::uint64_t records_gathered = 0;      // what a query keeps until the end: groups, rows to be sorted
  std::uint64_t bytes_read = 0;            // of the input, this block's share
  std::uint64_t input_begin = 0;           // of that share
  std::size_t bytes_held = 0;              // of a ByteBudget, until the block is released
};

}  // namespace millrace

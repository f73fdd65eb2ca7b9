// SPDX-License-Identifier: Apache-2.0
//
// One record after the other through a JsonScanner and a BlockWriter.
//
//   Writing writing({.table = "post"});
//   EXPECT_TRUE(writing.add(R"({"title":"a"})"));
//   EXPECT_EQ(writing.body(0), …);   // as JSON, whatever the block's encoding
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/record/block_writer.h"
#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/record/json_scanner.h"
#include "support/padded_text.h"

namespace millrace::test {

inline const Timestamp load_start = *parse_rfc3339("2024-05-01T10:00:00Z");
inline const Timestamp commit_time = *parse_rfc3339("2024-06-02T11:12:13.456Z");
inline const IdSource id_source = IdSource::for_source(load_start, {1, 2}, "posts.ndjson");

class Writing {
 public:
  explicit Writing(RecordShape shape, Encoding encoding = Encoding::json)
      : shape_(std::make_unique<RecordShape>(std::move(shape))), writer_(*shape_, encoding, id_source) {
    block.encoding = encoding;
  }

  Result<void> add(std::string_view json, const InputSpan& input = {}) {
    const PaddedText text(json);
    RecordView record;
    const auto end = scanner_.scan_record(text.view(), record);
    EXPECT_EQ(end, json.size()) << json;
    return writer_.add(record, input, block);
  }
  BlockWriter& writer() { return writer_; }
  Result<void> add(const Object& record) { return writer_.add(record, {}, block); }

  // The words of the error; the block is as it was before.
  template <typename Record>
  std::string refused(const Record& record, Code code = Code::invalid_record) {
    const Block::Entry last = block.size() == 0 ? Block::Entry() : block.entries.back();
    const std::string bytes = block.bytes;
    const std::string id_text = block.id_text;
    const std::size_t size = block.size();
    const Result<void> added = add(record);
    EXPECT_FALSE(added);
    EXPECT_EQ(block.size(), size);
    EXPECT_EQ(block.bytes, bytes);
    EXPECT_EQ(block.id_text, id_text);
    EXPECT_EQ(size == 0 ? 0 : block.entries.back().body_size, last.body_size);
    if (added) return "";
    EXPECT_EQ(added.error().code, code);
    EXPECT_TRUE(added.error().place.empty());
    return added.error().message;
  }

  Value value(std::size_t index) const {
    const std::string_view body = block.body(index);
    std::size_t consumed = 0;
    Result<Value> value = block.encoding == Encoding::json ? parse_json(body) : cbor::decode(body, &consumed);
    EXPECT_TRUE(value) << body;
    if (block.encoding == Encoding::cbor) {
      EXPECT_EQ(consumed, body.size());
    }
    return value ? std::move(*value) : Value();
  }
  std::string body(std::size_t index) const {
    return block.encoding == Encoding::json ? std::string(block.body(index)) : to_json(value(index));
  }

  Block block;

 private:
  std::unique_ptr<RecordShape> shape_;  // stays where it is when this moves
  BlockWriter writer_;
  JsonScanner scanner_;
};

// The body of a single record.
inline std::string written(std::string_view json, RecordShape shape, Encoding encoding = Encoding::json) {
  Writing writing(std::move(shape), encoding);
  const Result<void> added = writing.add(json);
  EXPECT_TRUE(added) << json << ": " << (added ? "" : describe(added.error()));
  return added ? writing.body(0) : "";
}

// The words with which a single record is refused, the same in both encodings.
inline std::string refused(std::string_view json, const RecordShape& shape, Code code = Code::invalid_record) {
  const std::string words = Writing(shape, Encoding::json).refused(json, code);
  EXPECT_EQ(Writing(shape, Encoding::cbor).refused(json, code), words);
  return words;
}

}  // namespace millrace::test

// SPDX-License-Identifier: Apache-2.0
//
// Blocks and batches out of JSON lines, for tests of what stands behind `decode`.
//
//   Block block = block_of({R"({"id":1,"title":"a"})", R"({"id":2,"title":"b"})"});
//   BatchOutcome outcome = write_now(store, batch_of({&block}));
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/record/block_writer.h"
#include "millrace/record/json_scanner.h"
#include "millrace/store/store.h"

namespace millrace::testing {

using Lines = std::vector<std::string>;

// The lines stand behind one another in the block's input, numbered from 1. A line that makes no record fails the test.
inline Block block_of(const Lines& lines, Encoding encoding = Encoding::json,
                      const RecordShape& shape = {.table = "post"}) {
  Block block;
  block.encoding = encoding;
  block.source = "test.ndjson";
  std::size_t input_bytes = 0;
  for (const std::string& line : lines) input_bytes += line.size() + 1;
  block.input = Chunk(input_bytes);
  for (const std::string& line : lines) {
    const std::size_t begin = block.input.size();
    line.copy(block.input.data() + begin, line.size());
    block.input.data()[begin + line.size()] = '\n';
    block.input.set_size(begin + line.size() + 1);
  }

  BlockWriter writer(shape, encoding, IdSource::for_source(Timestamp{}, HashKey{1, 2}, block.source));
  JsonScanner scanner;
  RecordView record;
  std::uint64_t line_number = 0;
  std::size_t begin = 0;
  for (const std::string& line : lines) {
    const auto end = scanner.scan_record(block.input.text().substr(begin, line.size()), record);
    if (!end) {
      ADD_FAILURE() << line << ": " << end.error().what;
    } else if (auto added = writer.add(record,
                                       {.line = ++line_number,
                                        .byte = begin,
                                        .input_begin = static_cast<std::uint32_t>(begin),
                                        .input_size = static_cast<std::uint32_t>(line.size())},
                                       block);
               !added) {
      ADD_FAILURE() << line << ": " << describe(added.error());
    }
    begin += line.size() + 1;
  }
  block.records_read = lines.size();
  block.bytes_read = input_bytes;
  return block;
}

// All records of the blocks, in their order.
inline store::Batch batch_of(const std::vector<Block*>& blocks, const std::string& table = "post") {
  store::Batch batch{.lane = {table}, .runs = {}};
  for (Block* block : blocks) batch.runs.push_back({block, 0, block->size()});
  return batch;
}

// Writes and waits for the completion, wherever it runs.
inline store::BatchOutcome write_now(store::Store& store, store::Batch batch) {
  std::promise<store::BatchOutcome> told;
  store.write(std::move(batch), [&](store::BatchOutcome outcome) { told.set_value(std::move(outcome)); });
  return told.get_future().get();
}

}  // namespace millrace::testing

// SPDX-License-Identifier: Apache-2.0
//
// Turns slices into blocks of a query's rows: what a worker does for `load --query` and `process --to`. Private to `pipeline`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/decode/row_reader.h"
#include "millrace/pipeline/decode_worker.h"
#include "millrace/pipeline/gathering.h"
#include "millrace/pipeline/row_fields.h"
#include "millrace/surrealql/selector.h"

namespace millrace::pipeline {

// Where a row that is kept meanwhile comes from; it goes before the row's own form. A group comes from nowhere.
struct RowOrigin {
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::uint32_t file = 0;
  std::string_view source;  // when it is not the file: one of rejects tells it
};
void append_head(std::string& out, const RowOrigin& origin);
RowOrigin take_head(std::string_view& row);  // its source is a view into the row

class QueryWorker final : public BlockMaker {
 public:
  // `gathering`: of a query that is grouped or ordered, else none.
  QueryWorker(const DecodeJob& job, BlockPool& blocks, Gathering::Worker* gathering);

  std::unique_ptr<Block> decode(Piece piece) override;

 private:
  void add(const decode::FoundRow& found, const Piece& piece, BlockWriter& writer, Block& block);
  Result<void> add_rows(const decode::FoundRow& found, const Piece& piece, BlockWriter& writer, Block& block);
  Result<void> gather(const decode::FoundRow& found, const Piece& piece, Block& block);
  decode::RowReader& reader(std::uint32_t file);

  const DecodeJob& job_;
  BlockPool& blocks_;
  Gathering::Worker* const gathering_;
  surrealql::Selector selector_;
  RowFields fields_;
  std::vector<std::unique_ptr<decode::RowReader>> readers_;  // by file
  std::string head_;
};

// As many workers for a load as it has, with its query or without.
std::vector<std::unique_ptr<BlockMaker>> make_block_makers(const DecodeJob& job, BlockPool& blocks, std::size_t count, Gathering* gathering);

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
//
// The rows that a query has gathered, as blocks for the store. Private to `pipeline`.
//
//   gathering.rows([&](std::string_view row) { blocks.add(row); if (blocks.is_full()) send(blocks.take()); return true; });
//
// A block's input is its rows as lines of JSON: what a reject shows. Rows that are only ordered keep the place of their record;
// a group's have none.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/pipeline/decode_worker.h"
#include "millrace/pipeline/row_fields.h"

namespace millrace::pipeline {

struct RowOrigin;

class GatheredBlocks {
 public:
  GatheredBlocks(const DecodeJob& job, BlockPool& blocks);

  // `row`: as RowFields::append_stored() has it, behind a RowOrigin when the query does not group.
  void add(std::string_view row);
  bool is_full() const;
  // What has been added since; nothing when that is nothing.
  std::unique_ptr<Block> take();
  std::uint64_t rows() const { return number_; }

 private:
  void begin();
  void append_input(std::string_view json);
  std::uint32_t number_of(const RowOrigin& origin);  // among the block's other sources, from 1

  const DecodeJob& job_;
  BlockPool& blocks_;
  const bool has_origins_;
  BlockWriter writer_;
  RowFields fields_;
  std::unique_ptr<Block> block_;
  std::map<std::string, std::uint32_t, std::less<>> told_sources_;  // by rejects, of this block
  std::size_t malformed_bytes_ = 0;
  std::uint64_t number_ = 0;  // of the next row, which generated ids are made of
  std::string json_;
};

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
//
// Turns slices into blocks: what a worker does for `load`. Private to `pipeline`.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "millrace/base/uuid.h"
#include "millrace/decode/record_reader.h"
#include "millrace/pipeline/input.h"
#include "millrace/pipeline/piece_budget.h"
#include "millrace/record/block_writer.h"

namespace millrace::pipeline {

// Lends blocks and takes them, their chunks and what they hold of the budget back. Threads: any.
class BlockPool {
 public:
  BlockPool(ChunkPool& chunks, PieceBudget& budget) : chunks_(chunks), budget_(budget) {}
  PieceBudget& budget() { return budget_; }
  std::size_t chunk_bytes() const { return chunks_.chunk_bytes(); }
  std::unique_ptr<Block> take();
  void give(std::unique_ptr<Block> block);

 private:
  ChunkPool& chunks_;
  PieceBudget& budget_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Block>> free_;
};

// What workers share.
struct DecodeJob {
  const RecordShape& shape;
  Encoding encoding = Encoding::json;
  const std::vector<InputFile>& files;
  Timestamp start;
  HashKey key;
  const Finished& finished;  // by an earlier run: left out
};

class DecodeWorker {
 public:
  DecodeWorker(const DecodeJob& job, BlockPool& blocks) : job_(job), blocks_(blocks), readers_(job.files.size()) {}

  std::unique_ptr<Block> decode(Piece piece);

 private:
  void add(const decode::Found& found, const decode::Slice& slice, BlockWriter& writer, Block& block);

  const DecodeJob& job_;
  BlockPool& blocks_;
  std::vector<std::unique_ptr<decode::RecordReader>> readers_;  // by file
};

}  // namespace millrace::pipeline

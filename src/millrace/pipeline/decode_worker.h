// SPDX-License-Identifier: Apache-2.0
//
// Turns slices into blocks: what a worker does for `load` without a query. Private to `pipeline`.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "millrace/base/uuid.h"
#include "millrace/decode/record_reader.h"
#include "millrace/pipeline/input.h"
#include "millrace/pipeline/load.h"
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
  Chunk take_chunk() { return chunks_.take(); }
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
  const LoadQuery* query = nullptr;
};

class BlockMaker {
 public:
  virtual ~BlockMaker() = default;
  virtual std::unique_ptr<Block> decode(Piece piece) = 0;
};

// What huge records have grown is freed instead of kept.
inline constexpr std::size_t kept_chunks_max = 4;

// A block for the piece's records; and when they are in, what stands at the piece's end, the input's text, and what it came to.
std::unique_ptr<Block> begin_block(const DecodeJob& job, BlockPool& blocks, const Piece& piece);
void end_block(const DecodeJob& job, BlockPool& blocks, Piece piece, Block& block);

class DecodeWorker final : public BlockMaker {
 public:
  DecodeWorker(const DecodeJob& job, BlockPool& blocks) : job_(job), blocks_(blocks), readers_(job.files.size()) {}

  std::unique_ptr<Block> decode(Piece piece) override;

 private:
  void add(const decode::Found& found, const decode::Slice& slice, BlockWriter& writer, Block& block);

  const DecodeJob& job_;
  BlockPool& blocks_;
  std::vector<std::unique_ptr<decode::RecordReader>> readers_;  // by file
};

}  // namespace millrace::pipeline

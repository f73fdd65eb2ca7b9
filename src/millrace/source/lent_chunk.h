// SPDX-License-Identifier: Apache-2.0
//
// A Chunk that goes back to its pool by itself: what the batches of a file carry. Batches may outlive the file's reader.
#pragma once

#include <memory>
#include <utility>

#include "millrace/base/chunk.h"

namespace millrace::source {

class LentChunk {
 public:
  LentChunk() = default;
  explicit LentChunk(std::shared_ptr<ChunkPool> pool) : pool_(std::move(pool)), chunk_(pool_->take()) {}
  LentChunk(LentChunk&& other) noexcept = default;
  LentChunk& operator=(LentChunk&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(chunk_, other.chunk_);
    return *this;
  }
  ~LentChunk() {
    if (pool_ != nullptr) pool_->give(std::move(chunk_));
  }
  Chunk& operator*() { return chunk_; }
  Chunk* operator->() { return &chunk_; }
  const Chunk* operator->() const { return &chunk_; }

 private:
  std::shared_ptr<ChunkPool> pool_;  // of the reader and of all its batches
  Chunk chunk_;
};

}  // namespace millrace::source

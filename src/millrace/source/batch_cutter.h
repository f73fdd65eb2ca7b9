// SPDX-License-Identifier: Apache-2.0
//
// What reads a source in chunks, and cuts each where its reader says that a whole line or point ends: what stands behind goes to
// the front of the next.
//
// Threads: one at a time. Memory: one chunk, and those that are lent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "millrace/source/lent_chunk.h"
#include "millrace/source/source.h"

namespace millrace::source {

class BatchCutter {
 public:
  BatchCutter(std::unique_ptr<Source> source, std::size_t batch_bytes);

  // Reads on until the chunk is full, the input has ended or failed, or more of it would have to be waited for.
  void fill();
  bool is_full() const { return chunk_->size() == chunk_->capacity(); }
  bool has_ended() const { return ended_; }
  // What has been read and not cut.
  const Chunk& chunk() const { return *chunk_.operator->(); }
  // Makes a full chunk larger, twice at most.
  void grow(std::size_t capacity_max);
  LentChunk cut(std::size_t size);
  // Why the input ended early, once.
  std::optional<Error> take_failure() { return std::exchange(failure_, std::nullopt); }
  const std::string& name() const { return source_->name(); }

 private:
  std::unique_ptr<Source> source_;
  std::shared_ptr<ChunkPool> pool_;
  LentChunk chunk_;
  bool ended_ = false;
  std::optional<Error> failure_;
};

}  // namespace millrace::source

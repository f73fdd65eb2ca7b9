// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/chunk.h"

#include <cstring>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace {

// for_overwrite: zeroing a chunk that is about to be read into would touch every page twice.
Chunk::Chunk(std::size_t capacity)
    : bytes_(std::make_unique_for_overwrite<char[]>(capacity + padding)), capacity_(capacity) {
  std::memset(bytes_.get() + capacity, 0, padding);
}

void Chunk::set_size(std::size_t size) {
  MILLRACE_ASSERT(size <= capacity_);
  size_ = size;
}

void Chunk::grow(std::size_t capacity) {
  if (capacity <= capacity_) return;
  Chunk larger(capacity);
  if (size_ != 0) std::memcpy(larger.data(), data(), size_);
  bytes_ = std::move(larger.bytes_);
  capacity_ = capacity;
}

Chunk ChunkPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Chunk chunk = std::move(free_.back());
      free_.pop_back();
      chunk.set_size(0);
      chunk.offset = 0;
      return chunk;
    }
  }
  return Chunk(chunk_bytes_);
}

void ChunkPool::give(Chunk chunk) {
  if (chunk.capacity() == 0 || chunk.capacity() > 2 * chunk_bytes_) return;
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(chunk));
}

}  // namespace millrace

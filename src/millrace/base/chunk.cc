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

Chunk::Chunk(Chunk&& other) noexcept
    : offset(std::exchange(other.offset, 0)),
      bytes_(std::move(other.bytes_)),
      capacity_(std::exchange(other.capacity_, 0)),
      size_(std::exchange(other.size_, 0)) {}

Chunk& Chunk::operator=(Chunk&& other) noexcept {
  Chunk taken(std::move(other));
  std::swap(offset, taken.offset);
  std::swap(bytes_, taken.bytes_);
  std::swap(capacity_, taken.capacity_);
  std::swap(size_, taken.size_);
  return *this;
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

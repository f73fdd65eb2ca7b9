// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/chunk.h"

#include <cstring>
#include <new>
#include <tuple>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace {

// Not zeroed: a chunk that is about to be read into would have every page touched twice.
Chunk::Chunk(std::size_t capacity) { grow_to(capacity); }

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
  if (capacity > capacity_) grow_to(capacity);
}

void Chunk::grow_to(std::size_t capacity) {
  char* const moved = static_cast<char*>(std::realloc(bytes_.get(), capacity + padding));
  if (moved == nullptr) throw std::bad_alloc();
  std::ignore = bytes_.release();  // realloc() has freed it
  bytes_.reset(moved);
  capacity_ = capacity;
  std::memset(moved + capacity, 0, padding);
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
  if (chunk.capacity() < chunk_bytes_ || chunk.capacity() > 2 * chunk_bytes_) return;
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(chunk));
}

}  // namespace millrace

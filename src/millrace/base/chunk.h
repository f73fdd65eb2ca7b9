// SPDX-License-Identifier: Apache-2.0
//
// A Chunk is a piece of input in memory: bytes, and where the first of them stands in the (uncompressed) input. Behind its
// capacity lie `padding` readable bytes, so that scanners may read whole vectors past the end. A ChunkPool lends chunks
// and takes them back, so that a job's memory is touched once.
//
// Threads: a Chunk belongs to one thread at a time; a ChunkPool may be used from many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace millrace {

class Chunk {
 public:
  static constexpr std::size_t padding = 64;

  Chunk() = default;
  explicit Chunk(std::size_t capacity);
  // What is moved from is empty, as if made by default.
  Chunk(Chunk&& other) noexcept;
  Chunk& operator=(Chunk&& other) noexcept;

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return size_; }
  void set_size(std::size_t size);  // at most the capacity
  std::string_view text() const { return {bytes_.get(), size_}; }
  // Makes room for at least `capacity` bytes and keeps the first size() ones.
  void grow(std::size_t capacity);

  std::uint64_t offset = 0;  // of data()[0] in the input

 private:
  void grow_to(std::size_t capacity);

  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<char, Free> bytes_;  // of malloc: realloc() moves the pages of a large one, and holds it once
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

class ChunkPool {
 public:
  explicit ChunkPool(std::size_t chunk_bytes) : chunk_bytes_(chunk_bytes) {}
  std::size_t chunk_bytes() const { return chunk_bytes_; }
  Chunk take();
  // A chunk that grew over twice the pool's size (for one huge record), or is smaller than it, is freed instead of kept.
  void give(Chunk chunk);

 private:
  const std::size_t chunk_bytes_;
  std::mutex mutex_;
  std::vector<Chunk> free_;
};

}  // namespace millrace

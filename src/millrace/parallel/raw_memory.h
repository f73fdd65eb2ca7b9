// SPDX-License-Identifier: Apache-2.0
//
// RawMemory owns bytes that nobody has written yet: what an ExactArray is built in. Small ones are malloc's; large ones are mapped by
// themselves, aligned to and advised as huge pages, so that the first write to a page costs one fault for 2 MiB and not 512.
//
//   RawMemory memory(count * sizeof(T), alignof(T));
//   memory.shrink(used, std::is_trivially_copyable_v<T>);   // what lies beyond `used` goes back to the system
//
// Threads: none of its own; an object is its owner's.
#pragma once

#include <cstddef>
#include <utility>

namespace millrace::parallel {

class RawMemory {
 public:
  RawMemory() = default;  // no bytes, data() is null
  // Throws std::bad_alloc. `alignment` is a power of two. Nothing is allocated for no bytes.
  RawMemory(std::size_t bytes, std::size_t alignment);
  RawMemory(RawMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)), mapped_(std::exchange(other.mapped_, 0)) {}
  RawMemory& operator=(RawMemory&& other) noexcept {
    RawMemory(std::move(other)).swap(*this);
    return *this;
  }
  ~RawMemory() {
    if (data_ != nullptr) release();
  }

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  // Gives back what lies beyond the first `bytes`, where that is whole pages of a mapping, or malloc takes it. Only with `may_move`
  // can data() be another afterwards, aligned as malloc does, and then the bytes were copied. Never fails: what cannot be given back is
  // kept.
  void shrink(std::size_t bytes, bool may_move) noexcept;

  void swap(RawMemory& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(mapped_, other.mapped_);
  }

 private:
  void release() noexcept;

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t mapped_ = 0;  // bytes of the mapping; 0: malloc's
};

}  // namespace millrace::parallel

// SPDX-License-Identifier: Apache-2.0
//
// RawMemory owns bytes that nobody has written yet: what an ExactArray is built in. Large ones begin at a huge page and are advised as
// such, so that the first write to one costs one fault for 2 MiB and not 512.
//
//   RawMemory memory(count * sizeof(T), alignof(T));
//   memory.shrink(used, std::is_trivially_copyable_v<T>);   // what lies beyond `used` goes back to the system
//
// Memory: malloc's below 32 MiB, which soon hands out pages that were touched before; a mapping of its own from there on.
// Threads: none of its own; an object is its owner's.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <utility>

namespace millrace::parallel {

class RawMemory {
 public:
  RawMemory() = default;  // no bytes, data() is null
  // Throws std::bad_alloc. `alignment` is a power of two. Nothing is allocated for no bytes.
  RawMemory(std::size_t bytes, std::size_t alignment) {
    if (bytes <= small_bytes_max && alignment <= alignof(std::max_align_t)) [[likely]] {
      data_ = bytes != 0 ? std::malloc(bytes) : nullptr;
      bytes_ = bytes;
      if (data_ != nullptr || bytes == 0) return;
    }
    allocate(bytes, alignment);
  }
  RawMemory(RawMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)), before_(other.before_), mapped_(other.mapped_) {}
  RawMemory& operator=(RawMemory&& other) noexcept {
    RawMemory(std::move(other)).swap(*this);
    return *this;
  }
  ~RawMemory() {
    if (before_ + mapped_ == 0) [[likely]] {
      std::free(data_);
    } else if (data_ != nullptr) {
      release_large();
    }
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
    std::swap(before_, other.before_);
    std::swap(mapped_, other.mapped_);
  }

 private:
  static constexpr std::size_t small_bytes_max = (std::size_t{2} << 20) - 1;

  void allocate(std::size_t bytes, std::size_t alignment);
  void release_large() noexcept;

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t before_ = 0;  // bytes between malloc's block and data_
  std::size_t mapped_ = 0;  // bytes of the mapping; 0: malloc's
};

}  // namespace millrace::parallel

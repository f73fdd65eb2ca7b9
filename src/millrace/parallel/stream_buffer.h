// SPDX-License-Identifier: Apache-2.0
//
// What the stages of a streaming job (stream.h) make of one batch, in order, in memory that the next batches use again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "millrace/parallel/raw_memory.h"

namespace millrace::parallel::detail {

// Grows, and never shrinks. Its elements are moved when it grows and stay when it is moved.
template <class T>
class StreamBuffer {
 public:
  StreamBuffer() = default;
  StreamBuffer(StreamBuffer&& other) noexcept : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  StreamBuffer& operator=(StreamBuffer&& other) noexcept {
    memory_.swap(other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~StreamBuffer() { clear(); }

  std::span<T> elements() { return {data(), size_}; }
  void clear() noexcept {
    std::destroy_n(data(), size_);
    size_ = 0;
  }
  // Room for `count` elements behind the last one. Throws std::bad_alloc.
  T* make_room(std::size_t count) {
    const std::size_t capacity = memory_.bytes() / sizeof(T);
    if (capacity - size_ < count) {
      StreamBuffer larger;
      larger.memory_ = RawMemory(std::max(2 * capacity, size_ + count) * sizeof(T), alignof(T));
      std::uninitialized_move_n(data(), size_, larger.data());
      larger.size_ = size_;
      std::swap(*this, larger);
    }
    return data() + size_;
  }
  // `count` elements are built there now.
  void add_built(std::size_t count) { size_ += count; }

 private:
  T* data() { return static_cast<T*>(memory_.data()); }

  RawMemory memory_;
  std::size_t size_ = 0;
};

// Threads: any.
template <class T>
class StreamBuffers {
 public:
  StreamBuffer<T> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    StreamBuffer<T> buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  void give(StreamBuffer<T> buffer) {
    buffer.clear();
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffer));
  }

 private:
  std::mutex mutex_;
  std::vector<StreamBuffer<T>> free_;  // no more than were in use at once
};

}  // namespace millrace::parallel::detail

// SPDX-License-Identifier: Apache-2.0
//
// An ExactArray is a contiguous array of exactly size() elements, each built where it stays: T needs neither a default constructor
// nor a move. An ArrayBuilder makes one; map_collect and collect() return one.
//
//   ArrayBuilder<Post> builder(lines.size());
//   for (const auto& line : lines) builder.emplace_with([&] { return parse(line); });   // built in place; parse may throw
//   ExactArray<Post> posts = std::move(builder).finish();
//   std::span<const Post> all = posts;
//
// An ExactArray moves as a pointer does; its elements stay. It is not copied by accident: to_vector() moves the elements out.
// Threads: as a vector. Several may write into a builder's data() at once, each to its own elements.
// Memory: uninitialised until built. From 2 MiB on it is aligned to and advised as huge pages, which makes the first touch some 4
// times cheaper where the system has them on request (raw_memory.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/parallel/raw_memory.h"

namespace millrace::parallel {

template <class T>
class ArrayBuilder;

template <class T>
class ExactArray {
  static_assert(std::is_object_v<T> && !std::is_array_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T>,
                "an array holds values; what gives nothing is called by for_each()");

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  ExactArray() = default;  // empty
  ExactArray(ExactArray&& other) noexcept : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  ExactArray& operator=(ExactArray&& other) noexcept {
    ExactArray(std::move(other)).swap(*this);
    return *this;
  }
  ~ExactArray() { std::destroy_n(data(), size_); }

  T* data() { return static_cast<T*>(memory_.data()); }
  const T* data() const { return static_cast<const T*>(memory_.data()); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t at) { return *place(at); }
  const T& operator[](std::size_t at) const { return *place(at); }
  T& front() { return *place(0); }
  T& back() { return *place(size_ - 1); }
  const T& front() const { return *place(0); }
  const T& back() const { return *place(size_ - 1); }

  // Where an interface wants one: each element is moved. Not for bool, whose vector is no array.
  std::vector<T> to_vector() &&
    requires(std::is_move_constructible_v<T> && !std::is_same_v<T, bool>)
  {
    return std::vector<T>(std::move_iterator(begin()), std::move_iterator(end()));
  }

  bool operator==(const ExactArray& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }
  void swap(ExactArray& other) noexcept {
    memory_.swap(other.memory_);
    std::swap(size_, other.size_);
  }

 private:
  friend class ArrayBuilder<T>;
  ExactArray(RawMemory memory, std::size_t size) noexcept : memory_(std::move(memory)), size_(size) {}

  T* place(std::size_t at) const {
#if defined(_GLIBCXX_ASSERTIONS)
    MILLRACE_ASSERT(at < size_);
#endif
    return static_cast<T*>(memory_.data()) + at;
  }

  RawMemory memory_;
  std::size_t size_ = 0;
};

// What builds one: raw memory for `capacity` elements. Whatever is built is destroyed when the builder is dropped.
template <class T>
class ArrayBuilder {
 public:
  // `spare_bytes` is room behind the last element, for vector stores that write more than they need to. Throws std::bad_alloc.
  explicit ArrayBuilder(std::size_t capacity, std::size_t spare_bytes = 0)
      : memory_(bytes_of(capacity, spare_bytes), alignof(T)), capacity_(capacity) {}
  ArrayBuilder(ArrayBuilder&& other) noexcept
      : memory_(std::move(other.memory_)), capacity_(std::exchange(other.capacity_, 0)), size_(std::exchange(other.size_, 0)) {}
  ArrayBuilder& operator=(ArrayBuilder&&) = delete;
  ~ArrayBuilder() { std::destroy_n(data(), size_); }

  T* data() { return static_cast<T*>(memory_.data()); }
  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return size_; }

  // Builds the next element from what make() returns, without a move. When make() throws, nothing has changed.
  template <class F>
  void emplace_with(F&& make) {
    MILLRACE_ASSERT(size_ < capacity_);
    ::new (static_cast<void*>(data() + size_)) T(std::forward<F>(make)());
    ++size_;
  }
  // The first `size` elements are built now, by whoever wrote to data(); what was built beyond them is the caller's.
  void set_size(std::size_t size) noexcept {
    MILLRACE_ASSERT(size <= capacity_);
    size_ = size;
  }
  // The array of what is built. Unused memory goes back where it is worth it: whole pages of a large array in place, and of a
  // small one when its elements may be copied as bytes. The builder is empty afterwards.
  ExactArray<T> finish() && {
    constexpr bool may_move = std::is_trivially_copyable_v<T> && alignof(T) <= alignof(std::max_align_t);
    if (size_ * sizeof(T) < memory_.bytes()) memory_.shrink(size_ * sizeof(T), may_move);
    capacity_ = 0;
    return ExactArray<T>(std::move(memory_), std::exchange(size_, 0));
  }

 private:
  static std::size_t bytes_of(std::size_t capacity, std::size_t spare_bytes) {
    if (capacity > (std::numeric_limits<std::size_t>::max() - spare_bytes) / sizeof(T)) throw std::bad_array_new_length();
    return capacity * sizeof(T) + spare_bytes;
  }

  RawMemory memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace millrace::parallel

// SPDX-License-Identifier: Apache-2.0
//
// Gathers elements or members whose number is not known yet: a few where the Pile stands, more of them in the arena.
// Private to this room.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "millrace/surrealql/arena.h"

namespace millrace::surrealql {

template <typename T>
class Pile {
 public:
  explicit Pile(Arena& arena) : arena_(arena) {}
  Pile(const Pile&) = delete;
  Pile& operator=(const Pile&) = delete;

  void push(const T& item) {
    if (size_ == room_) grow();
    items_[size_++] = item;
  }
  // All of them, in the arena.
  std::span<T> finish() {
    if (items_ != few_) return {items_, size_};
    T* const kept = arena_.allocate<T>(size_);
    std::copy(items_, items_ + size_, kept);
    return {kept, size_};
  }

 private:
  void grow() {
    T* const more = arena_.allocate<T>(room_ * 2);
    std::copy(items_, items_ + size_, more);
    items_ = more;
    room_ *= 2;
  }

  static constexpr std::size_t few = 8;

  Arena& arena_;
  T few_[few];
  T* items_ = few_;
  std::size_t size_ = 0;
  std::size_t room_ = few;
};

}  // namespace millrace::surrealql

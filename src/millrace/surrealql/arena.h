// SPDX-License-Identifier: Apache-2.0
//
// Memory for what lives as long as one record: handed out one piece behind the other, and taken back all at once.
//
//   Arena arena;
//   char* text = arena.allocate<char>(20);
//   arena.reset();                           // all of it is free again; the pages stay
//
// Threads: one arena for each. Memory: what the largest record needed, up to `kept_bytes_max`, is kept for the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millrace::surrealql {

// Thrown by an arena that would grow beyond its limit; limits.h.
struct TooLarge {};

struct ArenaOptions {
  static constexpr std::size_t piece_bytes = 64u << 10;
  std::size_t bytes_max = SIZE_MAX;           // throws TooLarge rather than hand out more
  std::size_t piece_bytes_min = piece_bytes;  // less where there are many arenas
};

class Arena {
 public:
  static constexpr std::size_t kept_bytes_max = 1 << 20;

  Arena() = default;
  explicit Arena(ArenaOptions options) : options_(options) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised memory for `count` objects, which are never destroyed.
  template <typename T>
  T* allocate(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count > SIZE_MAX / sizeof(T)) throw TooLarge{};
    return static_cast<T*>(raw(count * sizeof(T), alignof(T)));
  }
  template <typename T>
  T* make(const T& value) {
    return new (allocate<T>(1)) T(value);
  }
  std::string_view copy(std::string_view text) {
    char* const to = allocate<char>(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  // `a` and `b` behind each other. Where `a` is what was allocated last it grows in place, so that a + b + c copies each but once.
  std::string_view append(std::string_view a, std::string_view b);

  void reset() {
    at_ = begin_;
    if (pieces_.size() > 1 || static_cast<std::size_t>(end_ - begin_) > kept_bytes_max) [[unlikely]]
      reset_pieces();
  }
  // The last `size` bytes of what was allocated last are not needed.
  void give_back(std::size_t size) { at_ -= size; }
  std::size_t bytes_max() const { return options_.bytes_max; }
  // Since the last reset.
  std::size_t bytes_used() const { return bytes_before_ + static_cast<std::size_t>(at_ - begin_); }

 private:
  void* raw(std::size_t size, std::size_t alignment) {
    std::byte* const aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(at_) + alignment - 1) & ~(alignment - 1));
    if (at_ == nullptr || size > static_cast<std::size_t>(end_ - aligned) || aligned > end_) return raw_in_new_piece(size, alignment);
    at_ = aligned + size;
    return aligned;
  }
  void* raw_in_new_piece(std::size_t size, std::size_t alignment);
  void reset_pieces();

  struct Piece {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size = 0;
  };
  std::vector<Piece> pieces_;
  std::size_t piece_ = 0;  // the one in use
  std::byte* begin_ = nullptr;
  std::byte* at_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t bytes_before_ = 0;
  ArenaOptions options_;
};

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/arena.h"

#include <algorithm>

namespace millrace::surrealql {

void* Arena::raw_in_new_piece(std::size_t size, std::size_t alignment) {
  if (size > options_.bytes_max || bytes_used() > options_.bytes_max - size) throw TooLarge{};
  bytes_before_ += static_cast<std::size_t>(at_ - begin_);
  const std::size_t needed = size + alignment;
  if (at_ != nullptr) ++piece_;
  while (piece_ < pieces_.size() && pieces_[piece_].size < needed) pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(piece_));
  if (piece_ == pieces_.size()) {
    const std::size_t bytes = std::max(options_.piece_bytes_min, needed);
    pieces_.push_back({std::make_unique_for_overwrite<std::byte[]>(bytes), bytes});
  }
  begin_ = at_ = pieces_[piece_].memory.get();
  end_ = begin_ + pieces_[piece_].size;
  return raw(size, alignment);
}

std::string_view Arena::append(std::string_view a, std::string_view b) {
  const std::size_t size = a.size() + b.size();
  const auto room = static_cast<std::size_t>(end_ - at_);
  const auto* const behind = reinterpret_cast<const std::byte*>(a.data()) + a.size();
  // Not what only ends where this piece begins.
  if (behind == at_ && a.size() <= static_cast<std::size_t>(at_ - begin_) && b.size() <= room) {
    std::copy(b.begin(), b.end(), reinterpret_cast<char*>(at_));
    at_ += b.size();
    return {a.data(), size};
  }
  // Room for as much again where a new piece is needed: what grows on is then copied a few times only.
  char* const to = allocate<char>(size > room ? 2 * size : size);
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), to));  // either may be empty, and stand nowhere
  at_ = reinterpret_cast<std::byte*>(to) + size;
  return {to, size};
}

void Arena::reset_pieces() {
  std::size_t kept = 0;
  std::size_t count = 0;
  while (count < pieces_.size() && kept + pieces_[count].size <= kept_bytes_max) kept += pieces_[count++].size;
  pieces_.resize(count);
  piece_ = 0;
  bytes_before_ = 0;
  begin_ = at_ = pieces_.empty() ? nullptr : pieces_.front().memory.get();
  end_ = pieces_.empty() ? nullptr : begin_ + pieces_.front().size;
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
//
// What the connections of a server hold of bodies and answers: each its own, and all together. Private to `net`.
// Threads: the loop's. The total outlives those that add to it.
#pragma once

#include <cstddef>

namespace millrace::net {

class HeldBytes {
 public:
  static constexpr std::size_t always = 16 << 10;  // which each may hold, whatever the others do

  explicit HeldBytes(std::size_t& total) : total_(total) {}
  ~HeldBytes() { set(0); }
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;

  void set(std::size_t bytes) {
    total_ += bytes - own_;
    own_ = bytes;
  }
  std::size_t own() const { return own_; }
  std::size_t total() const { return total_; }

 private:
  std::size_t& total_;
  std::size_t own_ = 0;
};

}  // namespace millrace::net

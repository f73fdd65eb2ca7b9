// SPDX-License-Identifier: Apache-2.0
//
// A ByteBudget is what a job may hold in memory at once. The one who makes new pieces waits for room before he does; all
// others say what a piece has come to, and give it back.
//
//   budget.wait_for_room(4 * chunk_bytes);    // before a chunk is read or grown
//   budget.hold(estimate);                    // the piece is on its way
//   budget.hold(actual); budget.release(estimate);
//   budget.release(actual);                   // settled
//
// Nobody waits for ever: room is found at once when nothing is held, whatever is asked for, so that a single piece may pass
// the budget. Who asks for no more than the budget passes it by what his estimates were short of.
// Threads: any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace millrace {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  std::size_t bytes_max() const { return bytes_max_; }
  // Returns when `bytes` fit beside what is held, when nothing is held, or after stop().
  void wait_for_room(std::size_t bytes);
  void hold(std::size_t bytes);
  void release(std::size_t bytes);
  std::size_t held() const;
  // Ends all waiting, for good.
  void stop();

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable freed_;
  std::size_t held_ = 0;
  bool stopped_ = false;
};

}  // namespace millrace

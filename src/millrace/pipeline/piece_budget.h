// SPDX-License-Identifier: Apache-2.0
//
// What pieces of input hold of a job's memory on their way: as a chunk that is being read, as a slice, and as a block until
// its last record is settled. Private to `pipeline`.
//
//   budget.wait_for_room(chunk_bytes);                     // the reader, before a chunk is read or grown
//   piece.bytes_counted = budget.count(piece.slice);       // cut
//   budget.account(*block, piece.bytes_counted);           // decoded: what it came to in place of the estimate
//   budget.release(bytes_held);                               // settled
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>

#include "millrace/base/byte_budget.h"
#include "millrace/decode/splitter.h"
#include "millrace/record/block.h"

namespace millrace::pipeline {

class PieceBudget {
 public:
  explicit PieceBudget(std::size_t bytes_max) : budget_(bytes_max) {}

  // As ByteBudget's.
  void wait_for_room(std::size_t chunk_bytes);
  std::size_t count(const decode::Slice& slice);
  void account(Block& block, std::size_t bytes_counted);
  void release(std::size_t bytes_held) { budget_.release(bytes_held); }
  void stop() { budget_.stop(); }
  std::size_t held() const { return budget_.held(); }
  std::size_t bytes_max() const { return budget_.bytes_max(); }

 private:
  std::size_t estimate(std::size_t chunk_bytes) const;

  ByteBudget budget_;
  std::atomic<std::size_t> excess_ = 0;  // what the last block came to beyond the estimate
};

}  // namespace millrace::pipeline

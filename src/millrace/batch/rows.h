// SPDX-License-Identifier: Apache-2.0
//
// Runs of records, and the ids that are busy. Private to `batch`.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_set>
#include <vector>

#include "millrace/store/store.h"

namespace millrace::batch {

using Runs = std::vector<store::BlockRun>;

// Appends one record, joined to the run before it where it follows.
void append_row(Runs& runs, Block& block, std::size_t index);
std::size_t count_rows(const Runs& runs);
// Leaves the first `rows` records in `runs`, and gives the others.
Runs split_off(Runs& runs, std::size_t rows);

// The ids that are in flight or wait to be sent again. Ids are kept as 64-bit hashes: two that collide cost a wait.
class BusyIds {
 public:
  // False when it is there already.
  bool insert(const Block& block, std::size_t index);
  void erase(const Block& block, std::size_t index);

 private:
  std::unordered_set<std::uint64_t> hashes_;
};

// Records that wait for their first sending, in their order.
class RowQueue {
 public:
  void push(Block& block);
  std::size_t size() const { return rows_; }

  struct CutLimits {
    std::size_t rows_max;
    std::size_t bytes_max;
  };
  struct Cut {
    Runs runs;
    std::size_t rows = 0;
    std::size_t bytes = 0;
    bool full = false;  // up to its limits
  };
  // Takes the next records, at least one unless all wait for a busy id. Records whose id is busy are kept for a later cut,
  // before all that are behind them. `busy` may be nullptr: then nothing is looked up.
  Cut cut(const CutLimits& limits, BusyIds* busy);

 private:
  struct Cutting;
  bool take(Cutting& cutting, Block& block, std::size_t index);

  std::deque<store::BlockRun> fresh_;
  Runs deferred_;
  std::size_t rows_ = 0;
};

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
//
// Knows which records of the input are settled, while blocks are on their way. Private to `pipeline`.
//
//   ledger.accept(block, {file, begin, end});      // in the input's order, before any of its records is settled
//   ledger.settle(block, first, last);             // in any order, each record once
//   Finished finished = ledger.finished();
//
// What is malformed in a block counts as settled with accept(). Memory: a few words for each run of records in flight.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "millrace/pipeline/finished.h"
#include "millrace/record/block.h"
#include "millrace/store/store.h"

namespace millrace::pipeline {

class Ledger {
 public:
  // `before`: what an earlier run has finished; its records come in no block.
  explicit Ledger(Finished before = {}) : before_(std::move(before)), frontier_(before_.frontier) {}

  void accept(const Block& block, const FileRange& range);
  void settle(const Block& block, std::size_t first, std::size_t last);
  // As if `also` had been settled.
  Finished finished(std::span<const store::BlockRun> also = {}) const;

 private:
  struct Run {
    std::size_t first;
    std::size_t last;
  };
  struct Piece {
    FileRange range;
    const Block* block;
    std::vector<Run> open;    // unsettled records, cut where a malformed one stands between
    std::size_t records;
    bool begins_malformed;
    bool ends_malformed;

    bool is_begun() const { return begins_malformed || open.front().first > 0; }
    bool is_ended() const { return ends_malformed || open.back().last < records; }
  };
  using Pieces = std::deque<Piece>;
  static void settle(Pieces& pieces, const Block* block, std::size_t first, std::size_t last);

  const Finished before_;
  Position frontier_;
  Pieces pieces_;  // from the first that has an unsettled record
};

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
//
// The blocks that a Batcher holds, each until its last record is settled. Private to `batch`.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>

#include "millrace/record/block.h"

namespace millrace::batch {

class HeldBlocks {
 public:
  bool empty() const { return blocks_.empty(); }

  Block& hold(std::unique_ptr<Block> block) {
    Block& held = *block;
    blocks_.emplace(&held, Held{std::move(block), held.size()});
    return held;
  }

  // Gives the block back when these were its last; else null.
  std::unique_ptr<Block> settle(Block& block, std::size_t records) {
    const auto held = blocks_.find(&block);
    held->second.unsettled -= records;
    if (held->second.unsettled != 0) return nullptr;
    std::unique_ptr<Block> done = std::move(held->second.block);
    blocks_.erase(held);
    return done;
  }

 private:
  struct Held {
    std::unique_ptr<Block> block;
    std::size_t unsettled;
  };
  std::unordered_map<Block*, Held> blocks_;
};

}  // namespace millrace::batch

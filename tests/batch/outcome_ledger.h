// SPDX-License-Identifier: Apache-2.0
//
// What tests of the Batcher share: a store in memory, blocks of posts, and a ledger of outcomes.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "millrace/batch/batcher.h"
#include "millrace/store/memory_store.h"
#include "support/blocks.h"

namespace millrace::batch {

using testing::block_of;
using testing::Lines;

// A memory store with the tables that the tests write to.
class Memory : public store::MemoryStore {
 public:
  Memory() {
    EXPECT_TRUE(prepare({"post"}));
    EXPECT_TRUE(prepare({"thing"}));
  }
};

// Counts each record's outcome by its place; a record with two outcomes fails the test.
class Ledger final : public Outcomes {
 public:
  void written(const Block& block, std::size_t first, std::size_t last) override {
    for (std::size_t i = first; i < last; ++i) note(block, i, "written");
  }
  void skipped(const Block& block, std::size_t index) override { note(block, index, "skipped"); }
  void rejected(const Block& block, std::size_t index, const Error& error) override {
    note(block, index, std::string(to_string(error.code)));
    reasons.push_back(error.message);
  }
  void released(std::unique_ptr<Block> block) override {
    ++blocks_released;
    last_released = std::move(block);
  }

  std::size_t count(const std::string& outcome) const {
    std::size_t count = 0;
    for (const auto& [place, said] : by_place) count += said == outcome;
    return count;
  }

  std::map<std::pair<std::string, std::uint64_t>, std::string> by_place;
  std::vector<std::string> reasons;
  std::size_t blocks_released = 0;
  std::unique_ptr<Block> last_released;

 private:
  void note(const Block& block, std::size_t index, std::string outcome) {
    const auto [at, is_new] = by_place.emplace(std::pair(block.source, block.entries[index].line), std::move(outcome));
    EXPECT_TRUE(is_new) << "line " << at->first.second << " has a second outcome";
  }
};

inline std::unique_ptr<Block> posts(int first, int last, const std::string& source = "posts") {
  Lines lines;
  for (int i = first; i < last; ++i) lines.push_back(fmt::format(R"({{"id":{},"title":"t{}","content":"c"}})", i, i));
  auto block = std::make_unique<Block>(block_of(lines));
  block->source = source;
  return block;
}

inline std::unique_ptr<Block> lines_of(const Lines& lines, const std::string& table = "thing") {
  return std::make_unique<Block>(block_of(lines, Encoding::json, {.table = table}));
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/memory_plan.h"

#include <gtest/gtest.h>

#include "millrace/pipeline/piece_budget.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t mib = 1u << 20;

TEST(MemoryPlan, leaves_room_for_the_program) {
  for (const std::size_t memory : {48 * mib, 64 * mib, 128 * mib, 1024 * mib}) {
    const MemoryPlan plan = MemoryPlan::of(memory);
    EXPECT_LE(plan.budget_bytes, memory - 24 * mib) << memory;
    EXPECT_GE(plan.budget_bytes, memory / 2) << memory;
  }
}

TEST(MemoryPlan, the_default_has_room_for_the_largest_record_by_default) {
  EXPECT_GE(MemoryPlan::of(128 * mib).record_bytes_max, 16 * mib);
  EXPECT_LT(MemoryPlan::of(48 * mib).record_bytes_max, 16 * mib);
}

TEST(MemoryPlan, what_is_gathered_and_what_streams_share_it) {
  for (const std::size_t memory : {48 * mib, 64 * mib, 128 * mib, 256 * mib, 4096 * mib}) {
    EXPECT_GE(MemoryPlan::gathered_bytes(memory), memory / 4) << memory;
    EXPECT_LE(MemoryPlan::gathered_bytes(memory) + MemoryPlan::of_gathering(memory).budget_bytes, memory - 18 * mib) << memory;
  }
  EXPECT_GE(MemoryPlan::of_gathering(512 * mib).record_bytes_max, 16 * mib);
}

decode::Slice slice_of(std::size_t bytes) {
  decode::Slice slice;
  slice.chunk = Chunk(bytes);
  return slice;
}

TEST(PieceBudget, a_block_takes_the_place_of_its_piece) {
  PieceBudget budget(mib);
  const std::size_t counted = budget.count(slice_of(1000));
  EXPECT_EQ(budget.held(), 4000u);
  Block block;
  block.input = Chunk(1000);
  block.bytes.reserve(700);
  budget.account(block, counted);
  EXPECT_EQ(budget.held(), block.bytes_held);
  EXPECT_GE(budget.held(), 1700u);
  EXPECT_LT(budget.held(), 4000u);
  budget.release(block.bytes_held);
  EXPECT_EQ(budget.held(), 0u);
}

TEST(PieceBudget, learns_from_a_block_that_grew) {
  PieceBudget budget(mib);
  Block block;
  block.input = Chunk(1000);
  block.bytes.resize(50'000);
  budget.account(block, budget.count(slice_of(1000)));
  const std::size_t before = budget.held();
  EXPECT_GE(before, 101'000u);  // the store's copy, too
  budget.count(slice_of(1000));
  EXPECT_GE(budget.held() - before, 101'000u);
}

}  // namespace
}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/faulty_store.h"

#include <gtest/gtest.h>

#include <atomic>

#include "millrace/store/memory_store.h"
#include "support/store_contract.h"

namespace millrace::testing {
namespace {

using namespace std::chrono_literals;
using store::FaultPlan;
using store::FaultyStore;

class FaultyStoreTest : public ::testing::Test {
 protected:
  FaultyStoreTest() { EXPECT_TRUE(memory_.prepare({"notes"})); }

  static Block notes(int first, int last) {
    Lines lines;
    for (int id = first; id < last; ++id) lines.push_back(R"({"id":)" + std::to_string(id) + "}");
    return block_of(lines, Encoding::json, {.table = "notes"});
  }
  static std::string write(FaultyStore& store, int first, int last, std::size_t rows_per_transaction = 1000) {
    Block block = notes(first, last);
    store::Batch batch = batch_of({&block}, "notes");
    batch.rows_per_transaction = rows_per_transaction;
    return summary(write_now(store, std::move(batch)), block.size());
  }
  std::uint64_t count() { return memory_.count({"notes"}).value(); }

  store::MemoryStore memory_;
};

TEST_F(FaultyStoreTest, fails_every_nth_write_until_it_is_well) {
  FaultyStore store(memory_, {.fail_every = 2, .failures_max = 1});
  EXPECT_EQ(write(store, 0, 1), "all written");
  EXPECT_EQ(write(store, 1, 3), "unsettled:unavailable unsettled:unavailable");
  EXPECT_EQ(count(), 1u);
  EXPECT_EQ(write(store, 1, 3), "all written");
  EXPECT_EQ(write(store, 3, 4), "all written");
  EXPECT_EQ(store.writes(), 4u);
  EXPECT_EQ(store.failures(), 1u);
}

TEST_F(FaultyStoreTest, loses_the_reply_of_a_write_that_was_applied) {
  FaultyStore store(memory_, {.fail_every = 1, .code = Code::unknown_outcome, .applied = true});
  EXPECT_EQ(write(store, 0, 2), "unsettled:unknown_outcome unsettled:unknown_outcome");
  EXPECT_EQ(count(), 2u);
}

TEST_F(FaultyStoreTest, a_removal_fails_as_a_write_does) {
  const std::vector<RecordId> ids{std::int64_t{1}, std::int64_t{7}};
  FaultyStore store(memory_, {.fail_every = 2, .failures_max = 1});
  EXPECT_EQ(write(store, 0, 3), "all written");
  EXPECT_EQ(store.remove({"notes"}, ids).error().code, Code::unavailable);
  EXPECT_EQ(count(), 3u);
  EXPECT_EQ(store.remove({"notes"}, ids).value(), (std::vector{true, false}));
  EXPECT_EQ(count(), 2u);
  FaultyStore lossy(memory_, {.fail_every = 1, .code = Code::unknown_outcome, .applied = true});
  EXPECT_EQ(lossy.remove({"notes"}, std::vector{RecordId(std::int64_t{2})}).error().code, Code::unknown_outcome);
  EXPECT_EQ(count(), 1u);
}

TEST_F(FaultyStoreTest, fails_by_chance_the_same_for_the_same_seed) {
  const auto pattern = [&](std::uint64_t seed) {
    store::MemoryStore memory;
    EXPECT_TRUE(memory.prepare({"notes"}));
    FaultyStore store(memory, {.fail_chance = 0.5, .seed = seed});
    std::string words;
    for (int i = 0; i < 64; ++i) words += write(store, i, i + 1) == "all written" ? '+' : '-';
    return words;
  };
  EXPECT_EQ(pattern(1), pattern(1));
  EXPECT_NE(pattern(1), pattern(2));
}

TEST_F(FaultyStoreTest, a_refused_record_takes_its_transaction_with_it) {
  FaultyStore store(memory_, {.refuses = [](const IdView& id) { return id.integer == 3; }});
  EXPECT_EQ(write(store, 0, 5, 2), "written written unsettled:refused unsettled:refused written");
  EXPECT_EQ(count(), 3u);
  EXPECT_EQ(write(store, 3, 4), "rejected:refused");
  EXPECT_EQ(write(store, 2, 3), "all written");
  EXPECT_EQ(write(store, 4, 6), "rejected:duplicate written");
}

TEST_F(FaultyStoreTest, answers_later_on_its_own_thread_and_not_after_its_end) {
  std::atomic<int> answered = 0;
  std::vector<Block> blocks;
  for (int i = 0; i < 4; ++i) blocks.push_back(notes(i, i + 1));
  {
    FaultyStore store(memory_, {.delay = 1ms, .in_flight_max = 4});
    EXPECT_EQ(store.capabilities().in_flight_max, 4u);
    for (Block& block : blocks) {
      store.write(batch_of({&block}, "notes"), [&, caller = std::this_thread::get_id()](store::BatchOutcome outcome) {
        EXPECT_TRUE(outcome.records.empty());
        EXPECT_NE(std::this_thread::get_id(), caller);
        ++answered;
      });
    }
    EXPECT_GE(store.in_flight_peak(), 1u);
  }
  EXPECT_EQ(answered, 4);
}

}  // namespace
}  // namespace millrace::testing

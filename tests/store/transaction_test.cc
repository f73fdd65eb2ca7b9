// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/transaction.h"

#include <gtest/gtest.h>

#include "support/blocks.h"

namespace millrace::store {
namespace {

using millrace::testing::block_of;

Block block_with(int records) {
  millrace::testing::Lines lines;
  for (int id = 0; id < records; ++id) lines.push_back(R"({"id":)" + std::to_string(id) + "}");
  return block_of(lines, Encoding::json, {.table = "notes"});
}

// "[0,4) a[2,5) b[0,1)": the batch's records, and the runs they stand in.
std::string describe_transaction(const Transaction& transaction, const Block* a) {
  const auto range = [](std::size_t first, std::size_t last) {
    return "[" + std::to_string(first) + "," + std::to_string(last) + ")";
  };
  std::string words = range(transaction.first, transaction.last);
  for (const BlockRun& run : transaction.runs) words += (run.block == a ? " a" : " b") + range(run.first, run.last);
  return words;
}

TEST(TransactionsTest, cut_runs_where_the_rows_are_full) {
  Block a = block_with(5);
  Block b = block_with(6);
  Batch batch{.lane = {"notes"}, .runs = {{&a, 2, 5}, {&b, 0, 0}, {&b, 0, 6}}};
  batch.rows_per_transaction = 4;
  EXPECT_EQ(batch.size(), 9u);
  EXPECT_EQ(batch.body_bytes(), 9 * std::string_view(R"({"id":1})").size());
  const std::vector<Transaction> transactions = transactions_of(batch);
  ASSERT_EQ(transactions.size(), 3u);
  EXPECT_EQ(describe_transaction(transactions[0], &a), "[0,4) a[2,5) b[0,1)");
  EXPECT_EQ(describe_transaction(transactions[1], &a), "[4,8) b[1,5)");
  EXPECT_EQ(describe_transaction(transactions[2], &a), "[8,9) b[5,6)");
}

TEST(TransactionsTest, none_is_empty) {
  Block a = block_with(2);
  EXPECT_TRUE(transactions_of({.lane = {"notes"}, .runs = {}}).empty());
  EXPECT_TRUE(transactions_of({.lane = {"notes"}, .runs = {{&a, 1, 1}}}).empty());
  EXPECT_EQ(transactions_of({.lane = {"notes"}, .runs = {{&a, 0, 2}}, .rows_per_transaction = 2}).size(), 1u);
}

TEST(OutcomesTest, say_nothing_while_every_record_is_written) { EXPECT_TRUE(Outcomes(3).take().records.empty()); }

TEST(OutcomesTest, a_failed_transaction_overrides_what_was_said_of_its_records) {
  Outcomes outcomes(4);
  outcomes.skip(0);
  outcomes.reject(1, {Code::duplicate, "taken", {}});
  outcomes.unsettle(1, 3, {Code::io, "the disk is full", {}});
  const BatchOutcome outcome = std::move(outcomes).take();
  ASSERT_EQ(outcome.records.size(), 4u);
  EXPECT_EQ(outcome.records[0].verdict, Verdict::skipped);
  EXPECT_EQ(outcome.records[1].verdict, Verdict::unsettled);
  EXPECT_EQ(outcome.records[1].error->code, Code::io);
  EXPECT_EQ(outcome.records[2].verdict, Verdict::unsettled);
  EXPECT_EQ(outcome.records[3].verdict, Verdict::written);
}

}  // namespace
}  // namespace millrace::store

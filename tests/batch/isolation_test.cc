// SPDX-License-Identifier: Apache-2.0
//
// One bad record harms nobody: every neighbour is written, every culprit rejected, in calls that grow with the logarithm of
// a batch and not with the culprits.
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <random>

#include "batch/outcome_ledger.h"
#include "millrace/batch/refusal_rate.h"
#include "millrace/batch/resend_queue.h"
#include "millrace/store/faulty_store.h"
#include "support/seed.h"

namespace millrace::batch {
namespace {

using namespace std::chrono_literals;

constexpr int records = 4000;
constexpr std::size_t rows_per_transaction = 256;

// A share of bad records, spread by chance, in a store that tells ids apart as SurrealDB does.
struct Trial {
  double share;
  bool names;
};
class Isolation : public ::testing::TestWithParam<Trial> {};

TEST_P(Isolation, writes_every_neighbour_in_logarithmic_calls) {
  std::mt19937_64 random(testing::test_seed());
  std::vector<bool> is_bad(records);
  std::size_t bad = 0;
  for (int i = 0; i < records; ++i) {
    is_bad[i] = std::bernoulli_distribution(GetParam().share)(random);
    bad += is_bad[i] ? 1 : 0;
  }
  const std::function<bool(const IdView&)> refuses = [&](const IdView& id) { return is_bad.at(id.integer); };
  const std::function<bool(const IdView&)> names = GetParam().names ? refuses : nullptr;
  Memory memory;
  store::FaultyStore strict(memory, {.refuses = refuses, .names = names, .in_flight_max = 2});
  Ledger ledger;
  Batcher batcher(strict, {"post"},
                  {.limits = {.rows_per_transaction = rows_per_transaction, .transactions_per_request = 4, .in_flight = 2}}, ledger);
  for (int i = 0; i < records; i += 500) {
    batcher.add(posts(i, i + 500, fmt::format("block {}", i)));
    ASSERT_TRUE(batcher.pump());
  }
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("refused"), bad);
  EXPECT_EQ(ledger.count("written"), records - bad);
  EXPECT_EQ(memory.count({"post"}), records - bad);

  // A round halves the transactions of all that was refused in a request; records named on the way make requests of their own.
  const std::size_t rounds = std::bit_width(rows_per_transaction) + 1;
  const std::size_t requests_least = records / (rows_per_transaction * 4) + 1;
  EXPECT_LE(batcher.counts().calls, requests_least * 2 * rounds + records / small_transactions_max * 2);
}

INSTANTIATE_TEST_SUITE_P(Shares, Isolation,
                         ::testing::Values(Trial{0.0005, true}, Trial{0.0005, false}, Trial{0.01, true}, Trial{0.01, false},
                                           Trial{0.1, true}, Trial{0.1, false}, Trial{0.5, true}, Trial{0.5, false}, Trial{1, true},
                                           Trial{1, false}),
                         [](const auto& trial) {
                           return fmt::format("{}_in_10000_{}", static_cast<int>(trial.param.share * 10000),
                                              trial.param.names ? "named" : "unnamed");
                         });

TEST(Isolation, a_lone_named_culprit_costs_two_more_calls) {
  Memory memory;
  const auto refuses = [](const IdView& id) { return id.integer == 77; };
  store::FaultyStore strict(memory, {.refuses = refuses, .names = refuses, .in_flight_max = 2});
  Ledger ledger;
  Batcher batcher(strict, {"post"}, {.limits = {.rows_per_transaction = 200}}, ledger);
  batcher.add(posts(0, 200));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(batcher.counts().calls, 3u);  // all of them, 77 alone, the others
  EXPECT_EQ(strict.transactions(), 3u);
  EXPECT_EQ(ledger.count("written"), 199u);
}

TEST(Isolation, a_record_that_is_named_without_being_at_fault_is_written) {
  Memory memory;
  store::FaultyStore confused(memory, {.refuses = [](const IdView& id) { return id.integer == 77; },
                                       .names = [](const IdView& id) { return id.integer == 3; },
                                       .in_flight_max = 2});
  Ledger ledger;
  Batcher batcher(confused, {"post"}, {.limits = {.rows_per_transaction = 200}}, ledger);
  batcher.add(posts(0, 200));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 199u);
  EXPECT_EQ((ledger.by_place[{"posts", 78}]), "refused");
}

// A store whose batches may hold an id twice settles repeats in their order, whoever is refused between them.
TEST(Isolation, keeps_the_order_of_a_repeated_id_where_ids_are_not_tracked) {
  Memory memory;
  store::FaultyStore strict(memory, {.refuses = [](const IdView& id) { return id.integer == 9; }});
  Ledger ledger;
  Batcher batcher(strict, {"thing"}, {.limits = {.rows_per_transaction = 8}, .on_duplicate = store::OnDuplicate::replace}, ledger);
  batcher.add(lines_of({R"({"id":1,"turn":1})", R"({"id":9})", R"({"id":2})", R"({"id":3})", R"({"id":1,"turn":2})"}));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(**memory.get({"thing"}, RecordId(std::int64_t{1})), R"({"id":1,"turn":2})");
  EXPECT_EQ(ledger.count("written"), 4u);
}

TEST(RefusalRate, bounds_transactions_by_the_share_that_is_refused_of_late) {
  RefusalRate rate;
  EXPECT_EQ(rate.rows_per_transaction_max(1000), 1000u);
  for (int i = 0; i < 200; ++i) rate.settled(99, 0), rate.settled(1, 1);
  EXPECT_NEAR(static_cast<double>(rate.rows_per_transaction_max(1000)), 70, 5);
  for (int i = 0; i < 5000; ++i) rate.settled(1, 1);
  EXPECT_EQ(rate.rows_per_transaction_max(1000), 1u);
  for (int i = 0; i < 30; ++i) rate.settled(1000, 0);
  EXPECT_EQ(rate.rows_per_transaction_max(1000), 1000u);
}

TEST(ResendQueue, gathers_lone_records_and_parts_what_would_be_too_many_transactions) {
  const std::unique_ptr<Block> block = posts(0, 1000);
  const Instant now = Instant{} + 1h;
  ResendQueue queue(true);
  queue.push({.runs = {{block.get(), 0, 200}}, .rows_per_transaction = 1});
  queue.push({.runs = {{block.get(), 200, 210}}, .rows_per_transaction = 1, .not_before = now + 1s});
  queue.push({.runs = {{block.get(), 210, 300}}, .rows_per_transaction = 1});
  std::optional<Group> first = queue.take_due(now);
  ASSERT_TRUE(first);
  EXPECT_EQ(count_rows(first->runs), small_transactions_max);
  EXPECT_EQ(count_rows(queue.take_due(now)->runs), 290 - small_transactions_max);
  EXPECT_FALSE(queue.take_due(now));
  EXPECT_EQ(queue.next_due(), now + 1s);
}

}  // namespace
}  // namespace millrace::batch

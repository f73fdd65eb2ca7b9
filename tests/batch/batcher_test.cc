// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "batch/outcome_ledger.h"
#include "millrace/store/faulty_store.h"

namespace millrace::batch {
namespace {

using namespace std::chrono_literals;
using store::OnDuplicate;
using testing::Lines;

constexpr RetryPolicy quick_retry{.delay_min = 1ms, .delay_max = 4ms, .give_up_after = 20'000ms};

TEST(Batcher, writes_every_record_once_across_blocks) {
  Memory memory;
  Ledger ledger;
  Batcher batcher(memory, {"post"}, {.limits = {.rows_per_transaction = 7, .transactions_per_request = 2}}, ledger);
  for (int i = 0; i < 100; i += 10) {
    batcher.add(posts(i, i + 10, fmt::format("block {}", i)));
    ASSERT_TRUE(batcher.pump());
  }
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 100u);
  EXPECT_EQ(ledger.blocks_released, 10u);
  EXPECT_EQ(memory.count({"post"}), 100u);
  EXPECT_EQ(batcher.counts().batches, 8u);  // seven of 14 records, and two are left
}

TEST(Batcher, sends_only_full_batches_until_told_to_flush) {
  Memory memory;
  Ledger ledger;
  Batcher batcher(memory, {"post"}, {.limits = {.rows_per_transaction = 8}}, ledger);
  batcher.add(posts(0, 10));
  ASSERT_TRUE(batcher.pump());
  EXPECT_EQ(memory.count({"post"}), 8u);
  EXPECT_TRUE(batcher.wants_more());
  ASSERT_TRUE(batcher.flush());
  EXPECT_EQ(memory.count({"post"}), 10u);
}

TEST(Batcher, cuts_by_bytes_and_sends_a_record_larger_than_the_limit_alone) {
  Memory memory;
  Ledger ledger;
  Batcher batcher(memory, {"thing"}, {.limits = {.rows_per_transaction = 100, .request_bytes_max = 200}}, ledger);
  const std::string large(500, 'x');
  batcher.add(lines_of({R"({"id":1})", fmt::format(R"({{"id":2,"a":"{}"}})", large), R"({"id":3})"}));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(batcher.counts().batches, 3u);
  EXPECT_EQ(ledger.count("written"), 3u);
}

TEST(Batcher, releases_a_block_without_records) {
  Memory memory;
  Ledger ledger;
  Batcher batcher(memory, {"post"}, {}, ledger);
  batcher.add(std::make_unique<Block>());
  EXPECT_EQ(ledger.blocks_released, 1u);
  EXPECT_TRUE(batcher.drain());
}

// Answers only when as many writes wait as may be in flight: fewer would wait for ever.
class PatientStore final : public Memory {
 public:
  explicit PatientStore(std::size_t in_flight_max) {
    capabilities_ = Memory::capabilities();
    capabilities_.in_flight_max = in_flight_max;
  }
  const store::Capabilities& capabilities() const override { return capabilities_; }
  void write(store::Batch batch, store::Completion done) override {
    waiting_.emplace_back(std::move(batch), std::move(done));
    peak = std::max(peak, waiting_.size());
    if (waiting_.size() < capabilities_.in_flight_max) return;
    for (auto& [held, answer] : std::exchange(waiting_, {})) Memory::write(std::move(held), std::move(answer));
  }
  std::size_t peak = 0;

 private:
  store::Capabilities capabilities_;
  std::vector<std::pair<store::Batch, store::Completion>> waiting_;
};

TEST(Batcher, keeps_as_many_batches_in_flight_as_it_may) {
  PatientStore patient(3);
  Ledger ledger;
  Batcher batcher(patient, {"post"}, {.limits = {.rows_per_transaction = 5, .in_flight = 7}}, ledger);
  batcher.add(posts(0, 90));  // 18 batches, so that each finds two others
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(patient.peak, 3u);
  EXPECT_EQ(ledger.count("written"), 90u);
}

TEST(Batcher, never_has_an_id_in_two_batches_and_keeps_its_order) {
  Memory memory;
  store::FaultyStore slow(memory, {.delay = 1ms, .in_flight_max = 4});
  Ledger ledger;
  Batcher batcher(slow, {"thing"},
                  {.limits = {.rows_per_transaction = 3, .in_flight = 4}, .on_duplicate = OnDuplicate::replace}, ledger);
  Lines lines;
  for (int i = 0; i < 120; ++i) lines.push_back(fmt::format(R"({{"id":{},"turn":{}}})", i % 5, i));
  batcher.add(lines_of(lines));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 120u);
  for (int id = 0; id < 5; ++id) {
    const auto last = memory.get({"thing"}, RecordId(std::int64_t{id}));
    ASSERT_TRUE(last && *last);
    EXPECT_EQ(**last, fmt::format(R"({{"id":{},"turn":{}}})", id, 115 + id));
  }
}

TEST(Batcher, fail_and_skip_keep_the_first_of_a_repeated_id) {
  for (const auto& [mode, said] : {std::pair{OnDuplicate::fail, "duplicate"}, {OnDuplicate::skip, "skipped"}}) {
    Memory memory;
    store::FaultyStore slow(memory, {.delay = 1ms, .in_flight_max = 2});
    Ledger ledger;
    Batcher batcher(slow, {"thing"}, {.limits = {.rows_per_transaction = 2, .in_flight = 2}, .on_duplicate = mode}, ledger);
    batcher.add(lines_of({R"({"id":"a","n":1})", R"({"id":"a","n":2})", R"({"id":"b"})", R"({"id":"a","n":3})"}));
    ASSERT_TRUE(batcher.drain());
    EXPECT_EQ(ledger.count("written"), 2u);
    EXPECT_EQ(ledger.count(said), 2u);
    EXPECT_EQ(**memory.get({"thing"}, RecordId("a")), R"({"id":"a","n":1})");
  }
}

TEST(Batcher, sends_again_what_the_store_could_not_take) {
  Memory memory;
  store::FaultyStore failing(memory, {.fail_every = 2, .code = Code::overloaded});
  Ledger ledger;
  Batcher batcher(failing, {"post"}, {.limits = {.rows_per_transaction = 10}, .retry = quick_retry}, ledger);
  batcher.add(posts(0, 100));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 100u);
  EXPECT_GT(batcher.counts().retries, 0u);
  EXPECT_EQ(batcher.counts().conflicts, 0u);
}

TEST(Batcher, counts_conflicts_apart) {
  Memory memory;
  store::FaultyStore failing(memory, {.fail_every = 3, .code = Code::conflict});
  Ledger ledger;
  Batcher batcher(failing, {"post"}, {.limits = {.rows_per_transaction = 10}, .retry = quick_retry}, ledger);
  batcher.add(posts(0, 100));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 100u);
  EXPECT_EQ(batcher.counts().conflicts, failing.failures());
}

TEST(Batcher, reads_back_after_a_lost_reply_and_doubles_nothing) {
  for (const bool applied : {true, false}) {
    Memory memory;
    store::FaultyStore lossy(memory, {.fail_every = 2, .code = Code::unknown_outcome, .applied = applied});
    Ledger ledger;
    Batcher batcher(lossy, {"post"}, {.limits = {.rows_per_transaction = 10}, .retry = quick_retry}, ledger);
    batcher.add(posts(0, 100));
    ASSERT_TRUE(batcher.drain());
    EXPECT_EQ(ledger.count("written"), 100u) << "applied " << applied;
    EXPECT_EQ(memory.count({"post"}), 100u);
  }
}

// Its first reply is lost, and what was sent with it is applied only when the same is sent again, just before that.
class LateStore final : public Memory {
 public:
  void write(store::Batch batch, store::Completion done) override {
    if (++writes_ == 1) {
      const Timestamp then = Timestamp{} + 1h;
      for (const store::BlockRun& run : batch.runs) run.block->stamp(run.first, run.last, then);
      const store::RecordOutcome lost{store::Verdict::unsettled, Error{Code::unknown_outcome, "the socket was cut", {}}};
      return done({.records = std::vector(batch.size(), lost)});
    }
    if (writes_ == 2) Memory::write(batch, [](const store::BatchOutcome&) {});
    Memory::write(std::move(batch), std::move(done));
  }

 private:
  int writes_ = 0;
};

TEST(Batcher, a_record_that_arrives_after_it_was_looked_for_is_not_blamed_for_its_id) {
  for (const OnDuplicate on_duplicate : {OnDuplicate::fail, OnDuplicate::skip, OnDuplicate::replace}) {
    LateStore late;
    Ledger ledger;
    Batcher batcher(late, {"post"}, {.limits = {.rows_per_transaction = 10}, .retry = quick_retry, .on_duplicate = on_duplicate}, ledger);
    batcher.add(posts(0, 30));
    ASSERT_TRUE(batcher.drain());
    EXPECT_EQ(ledger.count("written"), 30u);
    EXPECT_EQ(late.count({"post"}), 30u);
  }
}

TEST(Batcher, rejects_only_the_culprits_of_a_refused_transaction) {
  Memory memory;
  store::FaultyStore strict(memory, {.refuses = [](const IdView& id) { return id.integer % 25 == 13; }});
  Ledger ledger;
  Batcher batcher(strict, {"post"}, {.limits = {.rows_per_transaction = 20}, .retry = quick_retry}, ledger);
  batcher.add(posts(0, 100));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 96u);
  EXPECT_EQ(ledger.count("refused"), 4u);
}

// Its first reply is lost and applied late, and the connection is lost once more while the record is compared.
class TwiceLostStore final : public Memory {
 public:
  void write(store::Batch batch, store::Completion done) override { late_.write(std::move(batch), std::move(done)); }
  Result<std::optional<std::string>> get(const Lane& lane, const RecordId& id) override {
    if (++reads_ == 2) return fail(Code::unavailable, "the socket was cut again");
    return late_.get(lane, id);
  }

 private:
  LateStore late_;
  int reads_ = 0;
};

TEST(Batcher, a_comparison_that_fails_is_made_again) {
  TwiceLostStore lost;
  Ledger ledger;
  Batcher batcher(lost, {"post"}, {.limits = {.rows_per_transaction = 10}, .retry = quick_retry}, ledger);
  batcher.add(posts(0, 1));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 1u);
}

TEST(Batcher, asks_its_controller_before_each_request_and_tells_it_of_each_fresh_one) {
  Memory memory;
  store::FaultyStore strict(memory, {.refuses = [](const IdView& id) { return id.integer == 4321; }});
  Ledger ledger;
  Controller controller(controller_options(memory.capabilities()));
  std::vector<Sample> samples;
  Batcher batcher(strict, {"post"}, {.controller = &controller, .observe = [&](const Sample& sample) { samples.push_back(sample); }}, ledger);
  for (int i = 0; i < 20'000; i += 500) {
    batcher.add(posts(i, i + 500, fmt::format("block {}", i)));
    ASSERT_TRUE(batcher.pump());
  }
  ASSERT_TRUE(batcher.drain());
  ASSERT_EQ(ledger.count("written"), 19'999u);
  std::size_t rows = 0;
  std::set<std::size_t> sizes;
  for (const Sample& sample : samples) {
    EXPECT_EQ(sample.full, sample.rows == sample.limits.rows());
    EXPECT_LE(sample.started, sample.ended);
    EXPECT_FALSE(sample.brake);
    rows += sample.rows_settled;
    sizes.insert(sample.limits.rows());
  }
  EXPECT_GT(sizes.size(), 1u) << "the survey tries sizes";
  EXPECT_LT(rows, 20'000u) << "the request that was refused, and what was sent again, say nothing";
  EXPECT_GT(rows, 10'000u);
}

TEST(Batcher, tells_its_controller_of_conflicts) {
  Memory memory;
  store::FaultyStore failing(memory, {.fail_every = 2, .code = Code::conflict});
  Ledger ledger;
  Controller controller(controller_options(memory.capabilities()));
  std::size_t conflicts = 0;
  Batcher batcher(failing, {"post"},
                  {.controller = &controller, .observe = [&](const Sample& sample) { conflicts += sample.brake == Brake::conflict; }, .retry = quick_retry},
                  ledger);
  batcher.add(posts(0, 2000));
  ASSERT_TRUE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), 2000u);
  EXPECT_EQ(conflicts, failing.failures());
}

TEST(Batcher, gives_up_on_a_store_that_stays_away) {
  Memory memory;
  store::FaultyStore gone(memory, {.fail_every = 1, .code = Code::unavailable});
  Ledger ledger;
  Batcher batcher(gone, {"post"}, {.retry = {.delay_min = 1ms, .delay_max = 2ms, .give_up_after = 20ms}}, ledger);
  batcher.add(posts(0, 10));
  const Result<void> drained = batcher.drain();
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, Code::unavailable);
  EXPECT_EQ(ledger.by_place.size(), 0u);
}

TEST(Batcher, a_stop_ends_the_waiting_for_a_failing_store) {
  Memory memory;
  store::FaultyStore gone(memory, {.fail_every = 1, .code = Code::unavailable});
  Ledger ledger;
  std::stop_source stop;
  stop.request_stop();
  Batcher batcher(gone, {"post"},
                  {.retry = {.delay_min = 1h, .delay_max = 1h, .give_up_after = 2h}, .stop = stop.get_token()}, ledger);
  batcher.add(posts(0, 10));
  const Result<void> drained = batcher.drain();
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, Code::interrupted);
}

TEST(Batcher, counts_what_was_under_way_when_the_store_was_given_up) {
  Memory memory;
  store::FaultyStore failing(memory, {.fail_every = 2, .code = Code::io, .delay = 2ms, .in_flight_max = 3});
  Ledger ledger;
  Batcher batcher(failing, {"post"}, {.limits = {.rows_per_transaction = 10, .in_flight = 3}}, ledger);
  batcher.add(posts(0, 100));
  ASSERT_FALSE(batcher.drain());
  EXPECT_EQ(ledger.count("written"), *memory.count({"post"}));
  EXPECT_GE(ledger.count("written"), 20u);  // the first and the third batch
}

TEST(Batcher, a_full_disk_ends_the_load_instead_of_rejecting_everything) {
  Memory memory;
  store::FaultyStore full(memory, {.fail_every = 2, .code = Code::io});
  Ledger ledger;
  Batcher batcher(full, {"post"}, {.limits = {.rows_per_transaction = 10}}, ledger);
  batcher.add(posts(0, 100));
  const Result<void> drained = batcher.drain();
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code, Code::io);
  EXPECT_EQ(ledger.count("written"), 10u);
  EXPECT_EQ(ledger.by_place.size(), 10u);
}

}  // namespace
}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
//
// A store that fails on purpose, around any other, for tests of what stands above a store.
//
//   {.fail_every = 3, .code = Code::unavailable}                           the 3rd, 6th, … write is not applied
//   {.fail_every = 2, .code = Code::unknown_outcome, .applied = true}      every other reply is lost
//   {.refuses = [](const IdView& id) { return id.integer == 13; }}         the transaction of record 13 falls with it
//   {.delay = 2ms, .in_flight_max = 2}                                     answers later, on a thread of its own
//
// Threads: as the inner store; with a delay, completions run on this store's thread, and the destructor waits for them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <random>
#include <thread>

#include "millrace/store/store.h"

namespace millrace::store {

struct FaultPlan {
  std::size_t fail_every = 0;  // the nth, 2nth, … write fails; 0: none by count
  double fail_chance = 0;      // of each write, between 0 and 1, by `seed`
  std::uint64_t seed = 1;
  std::size_t failures_max = std::numeric_limits<std::size_t>::max();  // then the store is well
  // After so many writes nothing but scan() and count() answers: for what stands above it is as if it was killed.
  std::size_t gone_after = std::numeric_limits<std::size_t>::max();
  Code code = Code::unavailable;
  bool applied = false;                        // the inner store takes the batch before the failure is told
  std::function<bool(const IdView&)> refuses;  // a record that a transaction fails over; alone it is rejected
  // Whom the store's words name of those that a transaction holds, by its records' ids; nobody when not given.
  std::function<bool(const IdView&)> names;
  std::chrono::microseconds delay{0};          // 0: completions run inside write()
  std::size_t in_flight_max = 1;
};

class FaultyStore final : public Store {
 public:
  // `inner` outlives this store.
  FaultyStore(Store& inner, FaultPlan plan);
  ~FaultyStore() override;

  const Capabilities& capabilities() const override { return capabilities_; }
  Result<void> prepare(const Lane& lane) override { return inner_.prepare(lane); }
  Result<void> drop(const Lane& lane) override { return inner_.drop(lane); }
  void write(Batch batch, Completion done) override;
  Result<std::optional<std::string>> get(const Lane& lane, const RecordId& id) override;
  Result<std::vector<std::optional<std::string>>> get_many(const Lane& lane, std::span<const RecordId> ids) override;
  Result<ScanEnd> scan(const Lane& lane, const ScanRange& range, const RecordSink& sink) override {
    return inner_.scan(lane, range, sink);
  }
  Result<std::uint64_t> count(const Lane& lane) override { return inner_.count(lane); }
  // Counts as a write, and fails as one.
  Result<std::vector<bool>> remove(const Lane& lane, std::span<const RecordId> ids) override;
  Result<std::optional<std::string>> read_checkpoint(const std::string& name) override;
  Result<void> write_checkpoint(const Checkpoint& checkpoint) override;
  Result<void> remove_checkpoint(const std::string& name) override;

  std::size_t writes() const { return writes_; }      // asked for
  std::size_t failures() const { return failures_; }  // told, refusals apart
  std::size_t transactions() const { return transactions_; }  // begun while there is a plan to refuse
  std::size_t in_flight_peak() const { return in_flight_peak_; }

 private:
  struct Answer {
    std::chrono::steady_clock::time_point due;
    BatchOutcome outcome;
    Completion done;
  };
  bool fails_now();
  bool is_gone() const { return writes_ > plan_.gone_after; }
  BatchOutcome apply(Batch batch);
  BatchOutcome apply_what_is_not_refused(const Batch& batch);
  void answer(BatchOutcome outcome, Completion done);
  void deliver(std::stop_token stop);

  Store& inner_;
  const FaultPlan plan_;
  const Capabilities capabilities_;
  std::mt19937_64 random_;
  std::size_t writes_ = 0;
  std::size_t failures_ = 0;
  std::size_t transactions_ = 0;
  std::size_t in_flight_peak_ = 0;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Answer> answers_;
  std::jthread courier_;  // last: it uses the others
};

}  // namespace millrace::store

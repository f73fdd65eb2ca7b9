// SPDX-License-Identifier: Apache-2.0
//
// What a Batcher is made of: batcher.cc has what is sent and waited for, settle.cc what becomes of the answers. Private to `batch`.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/batch/batch_metrics.h"
#include "millrace/batch/batcher.h"
#include "millrace/batch/held_blocks.h"
#include "millrace/batch/patience.h"
#include "millrace/batch/refusal_rate.h"
#include "millrace/batch/replies.h"
#include "millrace/batch/resend_queue.h"
#include "millrace/batch/rows.h"

namespace millrace::batch {

using std::chrono::steady_clock;

// After an earlier run: records are looked for so many at a time, until so many in a row were not there. What was in flight
// when that run ended is in the store out of the input's order.
inline constexpr std::size_t look_rows = 1000;
inline constexpr std::size_t looks_max = 10'000;

// A group that is under way.
struct Flight {
  Group group;
  Sample sample;
};

class Batcher::Implementation {
 public:
  Implementation(store::Store& store, Lane lane, BatcherOptions options, Outcomes& outcomes)
      : store_(store),
        lane_(std::move(lane)),
        options_(options),
        limits_(options.limits),
        outcomes_(outcomes),
        tracks_ids_(!store.capabilities().repeats_in_batch || store.capabilities().in_flight_max > 1),
        patience_(options.retry),
        again_(tracks_ids_) {
    MILLRACE_ASSERT(limits_.rows() > 0 && limits_.in_flight > 0);
    const store::Capabilities& able = store_.capabilities();
    limits_.in_flight = std::min(limits_.in_flight, able.in_flight_max);
    limits_.request_bytes_max = std::min(limits_.request_bytes_max, able.batch_bytes_max);
    if (options_.maybe_there) looks_left_ = looks_max;
  }
  ~Implementation() { await_in_flight(); }

  void add(std::unique_ptr<Block> block) {
    if (block->size() == 0) return outcomes_.released(std::move(block));
    queue_.push(blocks_.hold(std::move(block)));
    metrics_.queued(queue_.size());
  }

  bool is_idle() const { return blocks_.empty(); }
  bool wants_more() const { return queue_.size() < fresh_size().rows(); }
  BatchCounts counts() const { return counts_; }
  const BatchLimits& limits() const { return options_.controller != nullptr ? options_.controller->limits() : limits_; }

  enum class Until { full_batches_are_sent, a_partial_one_is_sent, all_is_settled };

  Result<void> run(Until until) {
    Result<void> done = send_and_wait(until);
    if (!done) await_in_flight();  // it may still be written: it gets its outcome before anybody counts
    return done;
  }
  Result<Instant> step();
  void abandon(const Error& why);
  void await_in_flight() {
    while (!in_flight_.empty()) wait_for_reply(Instant::max());
  }

 private:
  struct RequestSize {
    std::size_t rows_per_transaction;
    std::size_t transactions;
    std::size_t rows() const { return rows_per_transaction * transactions; }
  };

  Result<void> send_and_wait(Until until);
  RequestSize fresh_size() const;
  bool is_held() const;
  Instant next_due() const;
  bool send_again();
  bool send_fresh();
  void send(Group group, Sample sample = {.full = false});
  void wait_for_reply(Instant due);
  bool take_reply();
  void tell(Sample sample, bool is_fresh, const store::BatchOutcome& outcome);

  void settle(const Flight& flight, const store::BatchOutcome& outcome);
  void isolate(const Flight& flight, Runs named, Runs refused);
  void note_failure(const Error& failure, Group retried, Group unknown);
  void store_answered();
  void settle_written(Block& block, std::size_t first, std::size_t last);
  void settle_one(Block& block, std::size_t index, const store::RecordOutcome& outcome);
  void reject_all(const Runs& runs, const Error& error);
  void release(Block& block, std::size_t settled);
  void reconcile(Group group);
  Result<bool> is_ours_after_all(Block& block, std::size_t index, const store::RecordOutcome& outcome);

  store::Store& store_;
  const Lane lane_;
  const BatcherOptions options_;
  BatchLimits limits_;
  Outcomes& outcomes_;
  const bool tracks_ids_;
  std::size_t looks_left_ = 0;  // records to be looked for before they are sent, unless one is found

  HeldBlocks blocks_;
  RowQueue queue_;
  BusyIds busy_;
  Patience patience_;
  ResendQueue again_;
  std::map<std::uint64_t, Flight> in_flight_;
  RefusalRate refusals_;
  BatchCounts counts_;
  BatchMetrics metrics_{options_.trace};

  bool told_of_failure_ = false;
  std::optional<Error> error_;
  Runs left_over_;  // sent, and without an outcome when the store was given up

  Replies replies_{options_.answered};
};

}  // namespace millrace::batch

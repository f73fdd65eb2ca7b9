// SPDX-License-Identifier: Apache-2.0
//
// A Batcher cuts the records of blocks into batches without copying them, keeps a number of batches in flight to a store,
// and gives every record an outcome.
//
//   Batcher batcher(store, {"post"}, {.limits = starting_limits(store.capabilities())}, outcomes);
//   while (next block) {
//     batcher.add(std::move(block));
//     if (auto sent = batcher.pump(); !sent) return sent;      // sends full batches; waits when too much is queued
//   }
//   return batcher.drain();
//
// Natural batching: a batch is what gathered while the batches before it were under way, up to the limits. There is no
// timer: a lone record goes at once.
// Once and in order (design.md, promises 2 and 8): one id is never in two batches in flight, and where the store cannot
// settle an id twice in a batch, a repeat waits for the next one. Generated ids are exempt.
// Refusals: a transaction that fails with a retryable error is sent again after a growing, jittered delay, until
// `give_up_after` has passed without any success; one whose reply was lost has its ids read back first; one that is refused
// is sent again without whom the store names, then in halves, so that only culprits are rejected and log2(records) requests
// settle it.
//
// A thread that has other work too calls step() in place of pump() and drain().
// Threads: all calls from one thread; the store's completions may come from any. Memory: the blocks given to add(), until
// their last record is settled.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

#include "millrace/base/result.h"
#include "millrace/batch/batch_limits.h"
#include "millrace/batch/controller.h"
#include "millrace/record/block.h"
#include "millrace/store/store.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::batch {

struct RetryPolicy {
  std::chrono::milliseconds delay_min{20};
  std::chrono::milliseconds delay_max{2'000};
  std::chrono::milliseconds give_up_after{60'000};  // --wait: without any success
};

struct BatcherOptions {
  BatchLimits limits;                // when there is no controller
  Controller* controller = nullptr;  // chooses the limits of each batch and is told of it; outlives the Batcher
  std::function<void(const Sample&)> observe;  // called for each request that the controller is told of
  RetryPolicy retry;
  store::OnDuplicate on_duplicate = store::OnDuplicate::fail;
  std::stop_token stop;  // once requested, a failing store is not waited for
  // The records may be in the store from an earlier run that ended anyhow: one that is there with the same content counts
  // as written. They are looked for before they are sent for as long as some are found, and after a refusal.
  bool maybe_there = false;
  const store::CheckpointSource* checkpoint = nullptr;  // for every batch; outlives the Batcher
  // For step(): called when the store has answered, by whichever thread it does; it may not call the Batcher.
  std::function<void()> answered;
  telemetry::TraceContext trace;  // what commits are exemplars of, in the metrics; none when all zero
};

// Told what became of records, on the thread that drives the Batcher, each record once.
class Outcomes {
 public:
  virtual ~Outcomes() = default;
  virtual void written(const Block& block, std::size_t first, std::size_t last) = 0;
  virtual void skipped(const Block& block, std::size_t index) = 0;
  virtual void rejected(const Block& block, std::size_t index, const Error& error) = 0;
  // All of the block's records are settled; it may be used again.
  virtual void released(std::unique_ptr<Block> block) = 0;
  // The store begins to fail, with other than conflicts, and is waited for; after that, it answers again.
  virtual void store_fails(const Error&) {}
  virtual void store_answers() {}
};

struct BatchCounts {
  std::uint64_t batches = 0;
  std::uint64_t calls = 0;      // requests to the store
  std::uint64_t retries = 0;    // batches sent again for a retryable error
  std::uint64_t conflicts = 0;  // those of them that lost against another transaction
  std::uint64_t batch_records_last = 0;
  std::uint64_t in_flight_last = 0;  // batches under way when the last one was sent
};

class Batcher {
 public:
  // The store and the outcomes outlive the Batcher.
  Batcher(store::Store& store, Lane lane, BatcherOptions options, Outcomes& outcomes);
  // Waits for what is in flight.
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // Takes the block's records behind those already queued. A block without records is released at once.
  void add(std::unique_ptr<Block> block);
  // Sends full batches while slots are free, and waits while at least one more is queued. An error means that the store is
  // given up, or that a stop was asked for while it failed: records without an outcome are lost to this Batcher, not to
  // the input.
  Result<void> pump();
  // The same, and one batch of what is left when a slot is free. To be called when no more records are at hand.
  Result<void> flush();
  // Sends everything and waits until it is settled.
  Result<void> drain();
  // The same without ever waiting for an answer, for a thread that drives several: takes the answers that are there, and sends
  // all that may be sent. To be called again when `answered` says so, when records were added, and at the time it returns.
  Result<Instant> step();
  // After an error: waits for what is in flight, and rejects with `why` each record that has no outcome (with unknown_outcome
  // those that may be in the store). The Batcher is idle then and can be used again; until the store answers it gives up at the
  // first failure.
  void abandon(const Error& why);
  // Waits for what is in flight and sends nothing more, for a job that ends early: afterwards its counts are those of the store.
  void await_in_flight();

  bool is_idle() const;     // nothing is queued, in flight or to be sent again
  bool wants_more() const;  // fewer records are queued than the next batch may hold
  BatchCounts counts() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace::batch

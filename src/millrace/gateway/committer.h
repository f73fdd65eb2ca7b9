// SPDX-License-Identifier: Apache-2.0
//
// A Committer gathers the records of many requests, lets them share their commits, and says of each what became of it.
//
//   Committer committer(store, loop, {.queue_bytes_max = 64 << 20});
//   committer.add("post", record, {}, submission, 0);   // submission->settled(0, …) follows, on the loop's thread
//
// Group commit without a timer: while a commit runs, records gather; when it ends, all that gathered goes as the next batch, a
// table's with that table's. A lone record waits for nobody, a crowd shares. A Batcher (batch/batcher.h) for each table does the
// rest: limits of the store, retries, lost replies, and whom of a refused transaction to reject.
// A record whose id is taken is compared with what is there: with the same content it was written before, and is `replayed`.
// A store that fails is waited for, for a while; then the records that wait are rejected as unavailable, or, where they may be
// in the store all the same, as unknown_outcome, and those that follow at the first failure, until it answers again.
//
// Threads: add(), remove() and pressure() from any. One thread of its own writes; it spins for a moment before it sleeps, for
// waking it costs a lone request as much as half a commit. Answers go to the loop, one task for all that a commit settled.
// Memory: the records that wait. Who adds asks has_room() before: for each request, so that one that is begun is taken whole.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/base/uuid.h"
#include "millrace/gateway/submission.h"
#include "millrace/net/loop.h"
#include "millrace/record/record_view.h"
#include "millrace/store/store.h"

namespace millrace::gateway {

struct CommitterOptions {
  std::size_t queue_bytes_max = 64u << 20;
  std::chrono::milliseconds store_wait{5'000};  // for a store that fails
  // How long the writing thread looks for work before it sleeps. A round trip over loopback takes some 80 us.
  std::chrono::microseconds spin{100};
  // The store stops answering, with its words, and answers again; on the committer's thread.
  std::function<void(const Error*)> store_changed;
};

struct Pressure {
  std::size_t bytes = 0;             // of records that are not settled
  std::size_t records_gathered = 0;  // that no batcher has yet
  std::size_t bytes_max = 0;
  std::chrono::seconds drains_in{1};  // at the rate of late; 1 to 60
  bool store_answers = true;
};

class Committer {
 public:
  // The store and the loop outlive it.
  Committer(store::Store& store, net::Loop& loop, CommitterOptions options);
  // Settles all that was added.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // `id`: of a record without one, in place of a generated one; may be nullptr. Errors: invalid_record, invalid_id; then
  // `whom` will not hear of it. The table's name was checked.
  Result<void> add(std::string_view table, const RecordView& record, const Uuid* id, Ticket whom);
  // Removes the first of these ids (one at least) that is there, durably; `done` is told on the loop's thread whether one was.
  void remove(std::string_view table, std::vector<RecordId> ids, std::move_only_function<void(Result<bool>) noexcept> done);
  bool has_room() const;
  bool has_room_for_streams() const;  // which leave a fourth of it to single creates: they can wait, these are turned away
  bool is_empty() const;  // nothing waits
  Pressure pressure() const;

  class Impl;  // committer.cc

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::gateway

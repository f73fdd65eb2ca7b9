// SPDX-License-Identifier: Apache-2.0
//
// One table's way into the store: a Batcher, and what it says of its records as events for the loop. Private to `gateway`.
// Threads: the committer's; the events are then the loop's.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "millrace/batch/batcher.h"
#include "millrace/gateway/submission.h"

namespace millrace::gateway {

using Tickets = std::vector<Ticket>;

// Records that wait to be written, and who waits for each.
struct Gathered {
  std::unique_ptr<Block> block;
  std::unique_ptr<Tickets> tickets;
};

// The records [first, last) of a block are settled; or, with `done`, all of its records were, by events before this one.
struct Event {
  const Block* block = nullptr;
  const Tickets* tickets = nullptr;
  std::size_t first = 0;
  std::size_t last = 0;
  How how = How::written;
  std::optional<Timestamp> created_at = {};  // of a replayed record
  std::optional<Error> error = {};           // of a rejected one
  bool id_is_taken = false;                  // of a duplicate
  Gathered done = {};
};
using Events = std::vector<Event>;

class LaneWriter final : public batch::Outcomes {
 public:
  LaneWriter(store::Store& store, Lane lane, const batch::BatcherOptions& options) : store_(store), lane_(lane), wait_(options.retry.give_up_after), batcher_(store, std::move(lane), options, *this) {}

  void add(Gathered gathered);
  // One round without waiting. When it is to be called again; an error when the store failed, and all records are settled.
  Result<batch::Instant> step(Events& events);
  // Settles all records, without the store from now on.
  void abandon(const Error& why, Events& events);
  bool is_idle() const { return batcher_.is_idle(); }
  std::uint64_t bytes_settled() const { return bytes_settled_; }  // so far, as Committer counts them
  std::uint64_t records_written() const { return records_written_; }

  void written(const Block& block, std::size_t first, std::size_t last) override;
  void skipped(const Block& block, std::size_t index) override;
  void rejected(const Block& block, std::size_t index, const Error& error) override;
  void released(std::unique_ptr<Block> block) override;

 private:
  struct Duplicate {
    const Block* block;
    std::size_t index;
    Error error;
  };
  void settle(const Block& block, std::size_t first, std::size_t last, How how, std::optional<Error> error = {});
  void settle_duplicates();
  void collect(Events& events);
  void settle_duplicate(const Duplicate& duplicate, const std::optional<std::string>& stored);

  store::Store& store_;
  const Lane lane_;
  const std::chrono::milliseconds wait_;  // for a store that is busy
  batch::Batcher batcher_;
  bool prepared_ = false;
  std::optional<batch::Instant> unprepared_since_ = {};  // as prepare() failed
  std::unordered_map<const Block*, std::unique_ptr<Tickets>> tickets_;
  std::vector<Duplicate> duplicates_;
  std::vector<std::unique_ptr<Block>> released_;
  Events* events_ = nullptr;  // of the step under way
  std::uint64_t bytes_settled_ = 0;
  std::uint64_t records_written_ = 0;
};

// What a record counts in a queue that is bounded in bytes: its body, and what is kept beside it.
inline std::size_t queue_bytes(const Block::Entry& entry) { return entry.body_size + entry.id_size + 256; }

}  // namespace millrace::gateway

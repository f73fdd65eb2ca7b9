// SPDX-License-Identifier: Apache-2.0
//
// Keeps a load's checkpoint in the store: with each transaction where the store can do that, else about once a second.
// Private to `pipeline`.
//
// What it says never runs ahead: a record is finished when the store has said so, or in the very transaction that writes it;
// a reject when its line is durable.
// Threads: one, that which drives the batcher.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "millrace/pipeline/ledger.h"
#include "millrace/pipeline/load_begin.h"
#include "millrace/pipeline/rejects.h"

namespace millrace::pipeline {

class LoadCheckpoint {
 public:
  // All outlive this; `counts` are those of this run, of what is settled.
  LoadCheckpoint(LoadBegin& begin, store::Store& store, RejectsWriter& rejects, const Counts& counts);
  LoadCheckpoint(const LoadCheckpoint&) = delete;
  LoadCheckpoint& operator=(const LoadCheckpoint&) = delete;

  bool is_kept() const { return is_kept_; }
  // For every batch; nullptr where the store cannot commit a checkpoint with its data.
  const store::CheckpointSource* source() const { return is_kept_ && with_data_ ? &source_ : nullptr; }

  // How much of the block counts as read is said by `end`.
  void accept(const Block& block, std::uint64_t end) { ledger_.accept(block, {block.source_number, block.input_begin, end}); }
  void settle(const Block& block, std::size_t first, std::size_t last) { ledger_.settle(block, first, last); }

  // Before the first record is sent. A store that fails is the caller's to wait for; where the user may not write checkpoints,
  // the load goes on without, and a warning says so.
  Result<void> begin();
  // Now and then. A failure is left to the records' own way to the store.
  void look();
  // Everything is done.
  Result<void> end();
  // It is not; what cannot be written now was written before.
  void stop(const Error& why);

 private:
  Result<store::Checkpoint> make(std::span<const store::BlockRun> also = {}, const Counts& also_counted = {});
  Result<store::Checkpoint> make_with(const store::Batch& batch, std::size_t decided, std::span<const store::RecordOutcome> records);
  Result<void> write();

  LoadBegin& begin_;
  store::Store& store_;
  RejectsWriter& rejects_;
  const Counts& counts_;
  const bool with_data_;
  bool is_kept_;
  Ledger ledger_;
  const store::CheckpointSource source_;
  std::chrono::steady_clock::time_point written_;
};

}  // namespace millrace::pipeline

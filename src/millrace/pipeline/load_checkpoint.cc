// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "millrace/telemetry/probe.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

using std::chrono::steady_clock;

// What a kill may leave to be found again, against a small write beside what is in flight.
constexpr auto interval = std::chrono::seconds(1);

Counts sum_of(const Counts& a, const Counts& b) {
  return {.records_written = a.records_written + b.records_written,
          .records_rejected = a.records_rejected + b.records_rejected,
          .records_skipped = a.records_skipped + b.records_skipped,
          .records_filtered = a.records_filtered + b.records_filtered,
          .bytes_read = a.bytes_read + b.bytes_read};
}

}  // namespace

LoadCheckpoint::LoadCheckpoint(LoadBegin& begin, store::Store& store, RejectsWriter& rejects, const Counts& counts)
    : begin_(begin),
      store_(store),
      rejects_(rejects),
      counts_(counts),
      with_data_(store.capabilities().checkpoints_with_data),
      is_kept_(!begin.name.empty()),
      ledger_(begin.state.finished),
      source_([this](const store::Batch& batch, std::size_t decided, std::span<const store::RecordOutcome> records) {
        return make_with(batch, decided, records);
      }) {}

Result<store::Checkpoint> LoadCheckpoint::make(std::span<const store::BlockRun> also, const Counts& also_counted) {
  MILLRACE_PROFILE_SCOPE("make checkpoint");
  if (Result<void> synced = rejects_.sync(); !synced) return std::unexpected(std::move(synced).error());
  LoadState state = begin_.state;
  state.finished = ledger_.finished(also);
  state.counts = sum_of(sum_of(state.counts, counts_), also_counted);
  state.rejects_bytes = rejects_.bytes();
  store::Checkpoint checkpoint{begin_.name, to_json(state)};
  MILLRACE_PROBE(checkpoint_made, checkpoint.text.size(), state.counts.records_written);
  return checkpoint;
}

// The batch's rejects have no line yet, so that they are not finished.
Result<store::Checkpoint> LoadCheckpoint::make_with(const store::Batch& batch, std::size_t decided,
                                                    std::span<const store::RecordOutcome> records) {
  std::vector<store::BlockRun> finished;
  Counts counted;
  std::size_t at = 0;
  for (const store::BlockRun& run : batch.runs) {
    const std::size_t last = run.first + std::min(run.size(), decided - at);
    if (records.empty() && last != run.first) {
      finished.push_back({run.block, run.first, last});
      counted.records_written += last - run.first;
      at += last - run.first;
      continue;
    }
    for (std::size_t i = run.first; i < last; ++i, ++at) {
      const store::Verdict verdict = records[at].verdict;
      if (verdict != store::Verdict::written && verdict != store::Verdict::skipped) continue;
      ++(verdict == store::Verdict::written ? counted.records_written : counted.records_skipped);
      if (!finished.empty() && finished.back().block == run.block && finished.back().last == i) {
        ++finished.back().last;
      } else {
        finished.push_back({run.block, i, i + 1});
      }
    }
  }
  return make(finished, counted);
}

Result<void> LoadCheckpoint::write() {
  MILLRACE_PROFILE_SCOPE("write checkpoint");
  const Result<store::Checkpoint> checkpoint = make();
  if (!checkpoint) return std::unexpected(checkpoint.error());
  written_ = steady_clock::now();
  return store_.write_checkpoint(*checkpoint);
}

Result<void> LoadCheckpoint::begin() {
  if (!is_kept_ || with_data_ || begin_.resumed) return {};
  Result<void> done = write();
  if (done || is_retryable(done.error().code) || done.error().code == Code::unknown_outcome) return done;
  is_kept_ = false;
  begin_.warnings.push_back("this load cannot be resumed if it is interrupted: " + done.error().message);
  return {};
}

void LoadCheckpoint::look() {
  if (!is_kept_ || with_data_ || steady_clock::now() - written_ < interval) return;
  std::ignore = write();
}

Result<void> LoadCheckpoint::end() {
  if (!is_kept_) return {};
  MILLRACE_PROFILE_SCOPE("remove checkpoint");
  if (Result<void> synced = rejects_.sync(); !synced) return synced;
  return store_.remove_checkpoint(begin_.name);
}

void LoadCheckpoint::stop(const Error& why) {
  if (is_kept_ && why.code != Code::unavailable) std::ignore = write();
}

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/run_set.h"

#include <algorithm>

namespace millrace::surrealql {
namespace {

constexpr std::size_t source_bytes = 6u << 10;  // what a run takes beside its buffer: keys, a state, a piece of an arena
constexpr std::size_t small_record_bytes = 4u << 10;
constexpr std::size_t runs_min = 2;

}  // namespace

std::size_t RunSet::weight(const RunFile& run) const {
  const std::size_t record = run.record_memory_max();
  return RunFile::read_bytes_min + source_bytes + (record <= small_record_bytes ? 0 : record);
}

bool RunSet::are_too_many(std::span<RunFile* const> runs) const {
  std::size_t bytes = 0;
  for (const RunFile* const run : runs) bytes += weight(*run);
  return runs.size() > runs_min && (bytes > limits_.bytes_max || runs.size() > limits_.runs_max);
}

// What bytes_max leaves is for larger reads.
void RunSet::set_buffers(std::span<RunFile* const> runs) const {
  if (runs.empty()) return;
  std::size_t bytes = 0;
  for (const RunFile* const run : runs) bytes += weight(*run);
  const std::size_t left = (limits_.bytes_max - std::min(limits_.bytes_max, bytes)) / runs.size();
  for (RunFile* const run : runs) run->set_read_bytes(std::min(RunFile::read_bytes_min + left, RunFile::read_bytes_most));
}

std::vector<RunFile*> RunSet::of_level(std::size_t level) {
  std::vector<RunFile*> found;
  for (Run& run : runs_) {
    if (run.level == level) found.push_back(&run.file);
  }
  return found;
}

Result<RunFile> RunSet::merged(std::span<RunFile* const> runs) {
  set_buffers(runs);
  Result<RunFile> to = RunFile::create();
  if (!to) return to;
  if (Result<void> done = merge_(runs, *to); !done) return std::unexpected(std::move(done).error());
  if (Result<void> done = to->rewind(); !done) return std::unexpected(std::move(done).error());
  ++merged_count_;
  return to;
}

// One run of that level in place of those.
Result<void> RunSet::replace(std::span<RunFile* const> runs, std::size_t level) {
  Result<RunFile> one = merged(runs);
  if (!one) return std::unexpected(std::move(one).error());
  std::erase_if(runs_, [&](const Run& run) { return std::find(runs.begin(), runs.end(), &run.file) != runs.end(); });
  runs_.push_back({std::move(*one), level});
  return {};
}

Result<void> RunSet::add(RunFile run) {
  const std::lock_guard lock(mutex_);
  runs_.push_back({std::move(run), 0});
  for (std::size_t level = 0;; ++level) {
    const std::vector<RunFile*> runs = of_level(level);
    if (!are_too_many(runs)) return {};
    // Without the last one they were not too many.
    if (Result<void> done = replace(std::span(runs).first(runs.size() - 1), level + 1); !done) return done;
  }
}

Result<std::vector<RunFile*>> RunSet::to_merge() {
  const std::lock_guard lock(mutex_);
  for (;;) {
    std::vector<RunFile*> all;
    for (Run& run : runs_) all.push_back(&run.file);
    std::sort(all.begin(), all.end(), [](const RunFile* a, const RunFile* b) { return a->bytes() < b->bytes(); });
    if (!are_too_many(all)) {
      set_buffers(all);
      return all;
    }
    // The smallest, as many as can be merged at one time and not more than must: those behind them and the one that they become fit.
    std::size_t count = runs_min;
    while (count < all.size() && !are_too_many(std::span(all).first(count + 1)) && are_too_many(std::span(all).subspan(count - 1))) ++count;
    if (Result<void> done = replace(std::span(all).first(count), 0); !done) return std::unexpected(std::move(done).error());
  }
}

}  // namespace millrace::surrealql

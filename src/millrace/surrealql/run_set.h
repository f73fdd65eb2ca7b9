// SPDX-License-Identifier: Apache-2.0
//
// Sorted runs on disk, never more of them than can be merged at one time: where there are too many of one level they become one of
// the next, so that each record is written once a level, and a level holds a hundred times what the one below it holds.
//
//   RunSet runs({.bytes_max = 64 << 20}, merge);
//   runs.add(std::move(run));                       // from any thread
//   for (RunFile* run : *runs.to_merge()) …         // few enough for bytes_max, their buffers set
//
// Threads: add() from any; who comes while there is merging waits. The rest one.
// Memory: bytes_max while there is merging. Files: at most `runs_max` a level, and as many while they are merged.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/surrealql/run_file.h"

namespace millrace::surrealql {

struct MergeLimits {
  std::size_t bytes_max = 64u << 20;   // of buffers and what is in them
  std::size_t runs_max = 250;          // each is a file descriptor, of which a process often has 1,024
  std::stop_token stop;                // ends a merge: interrupted
};

class RunSet {
 public:
  // Sorted runs, rewound, into one.
  using Merge = std::function<Result<void>(std::span<RunFile* const> from, RunFile& to)>;

  RunSet(MergeLimits limits, Merge merge) : limits_(std::move(limits)), merge_(std::move(merge)) {}

  Result<void> add(RunFile run);  // rewound
  // What is left of all that was added. Nothing may be added any more.
  Result<std::vector<RunFile*>> to_merge();
  std::size_t merged_count() const { return merged_count_; }  // of runs that were made of others

 private:
  struct Run {
    RunFile file;
    std::size_t level = 0;
  };
  std::size_t weight(const RunFile& run) const;
  bool are_too_many(std::span<RunFile* const> runs) const;
  void set_buffers(std::span<RunFile* const> runs) const;
  std::vector<RunFile*> of_level(std::size_t level);
  Result<RunFile> merged(std::span<RunFile* const> runs);
  Result<void> replace(std::span<RunFile* const> runs, std::size_t level);

  const MergeLimits limits_;
  const Merge merge_;
  std::mutex mutex_;  // guards the rest
  std::vector<Run> runs_;
  std::size_t merged_count_ = 0;
};

}  // namespace millrace::surrealql

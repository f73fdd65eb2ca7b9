// SPDX-License-Identifier: Apache-2.0
//
// The files of a job, one behind the other, as slices. Private to `pipeline`.
//
// Threads: next() one call at a time; the progress figures and stop() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "millrace/decode/splitter.h"
#include "millrace/pipeline/finished.h"
#include "millrace/pipeline/piece_budget.h"
#include "millrace/source/source.h"

namespace millrace::pipeline {

struct InputFile {
  std::string path;
  decode::Format format = decode::Format::ndjson;
  std::string id_source;  // what its generated ids are made from: the path, or another for a path that is named again
};

struct Piece {
  decode::Slice slice;
  std::uint32_t file = 0;
  std::uint64_t begin = 0;        // in the file, of what the slice accounts for
  std::size_t bytes_counted = 0;  // held of the budget until its block is made
  std::uint32_t number = 0;       // among all pieces of the job

  FileRange range() const { return {file, begin, begin + slice.bytes_taken}; }
};

class Input {
 public:
  Input(std::vector<InputFile> files, decode::SplitterOptions options, ChunkPool& pool, PieceBudget& budget, std::stop_token stop);

  // The next slice, as soon as the budget has room for it; nothing at the end, after a failure, or after stop().
  std::optional<Piece> next();
  void stop();

  const std::vector<InputFile>& files() const { return files_; }
  std::uint64_t bytes_taken() const { return bytes_taken_; }
  std::optional<std::uint64_t> bytes_total() const { return bytes_total_; }
  // True once all of all files was given. Asked when no next() is under way.
  bool is_at_end() const { return at_ == files_.size() && !splitter_ && !broken_off_; }
  // Why the input ended early, if it did.
  std::optional<Error> failure() const;
  std::string warning() const;

 private:
  bool open_next();
  Piece piece_of(decode::Slice slice);
  Result<std::size_t> read();
  void close();
  void fail_with(Error error);

  const std::vector<InputFile> files_;
  const decode::SplitterOptions options_;
  ChunkPool& pool_;
  PieceBudget& budget_;
  const std::stop_token stop_;
  std::stop_source reading_;  // ends a read that waits for a pipe or a user
  const std::stop_callback<std::function<void()>> stop_reading_{stop_, [this] { reading_.request_stop(); }};
  std::optional<std::uint64_t> bytes_total_;

  std::uint32_t at_ = 0;  // files_[at_ - 1] is open
  std::uint64_t bytes_of_done_files_ = 0;
  std::uint64_t given_ = 0;  // of the open file, by slices
  std::uint32_t pieces_ = 0;
  std::unique_ptr<source::Source> source_;
  std::optional<decode::Splitter> splitter_;
  bool stalled_ = false;     // what was at hand was given, and nothing has come since
  bool broken_off_ = false;  // nothing more is read

  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> bytes_taken_ = 0;
  mutable std::mutex mutex_;  // guards the two below
  std::optional<Error> failure_;
  std::string warning_;
};

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
//
// Turns slices into rows' text: what a worker does for `process`. Private to `pipeline`.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "millrace/decode/row_reader.h"
#include "millrace/pipeline/gathering.h"
#include "millrace/pipeline/input.h"
#include "millrace/pipeline/process.h"
#include "millrace/pipeline/row_format.h"
#include "millrace/surrealql/selector.h"

namespace millrace::pipeline {

// What became of a slice, or of its first part: rows may be much larger than their records.
struct RowBlock {
  struct Counts {
    std::size_t text = 0;        // bytes
    std::uint64_t rows = 0;
    std::uint64_t records = 0;   // all of them
    std::uint64_t filtered = 0;  // records
    std::uint64_t gathered = 0;  // records in groups, rows to be sorted
  };
  struct Reject {
    Error error;
    std::string record;  // as one line of JSON when it was valid, else what stood there
    bool is_json = false;
    Counts before;  // of the block, when it was rejected
  };

  std::string text;                      // the rows, formatted
  std::vector<std::uint32_t> row_ends;   // in the text, where rows are counted (START, LIMIT)
  std::vector<Reject> rejects;
  Counts counts;
  std::uint64_t bytes_read = 0;
  std::size_t bytes_counted = 0;  // held of the budget

  // What is left of the slice, when the block was full before its end.
  std::optional<Piece> rest;
  std::uint64_t records_done = 0;   // of the slice's
  std::uint64_t gathered_done = 0;
};

// Lends blocks and takes them back, so that the memory of their text is touched once. Threads: any.
class RowBlockPool {
 public:
  std::unique_ptr<RowBlock> take();
  void give(std::unique_ptr<RowBlock> block);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<RowBlock>> free_;
};

// What workers share.
struct ProcessJob {
  const ProcessOptions& options;
  const std::vector<InputFile>& files;
  ChunkPool& chunks;
  RowBlockPool& blocks;
  const RowFormat& format;
  bool counts_rows = false;
};

class ProcessWorker {
 public:
  // `gathering`: its own, of a query that gathers.
  ProcessWorker(const ProcessJob& job, Gathering::Worker* gathering);

  std::unique_ptr<RowBlock> work(Piece piece);
  // The next part of what is left of the block's slice, into the same block, whose rows were taken.
  void work_on(RowBlock& block);

 private:
  void work(Piece piece, RowBlock& block);
  void add(const decode::FoundRow& found, const Piece& piece, RowBlock& block);
  bool gather(const Piece& piece, RowBlock& block);
  bool add_rows(RowBlock& block);
  void reject(Error error, const decode::FoundRow& found, const Piece& piece, RowBlock& block);
  decode::RowReader& reader(std::uint32_t file);

  const ProcessJob& job_;
  surrealql::Selector selector_;
  std::vector<std::unique_ptr<decode::RowReader>> readers_;  // by file
  Gathering::Worker* const gathering_;
  std::size_t reject_bytes_ = 0;  // of the block
};

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
//
// What GROUP BY and ORDER BY keep of records until the input has ended, and the rows that come of it, in their order. Private to
// `pipeline`.
//
//   Gathering gathering(query, form, {.workers = 2, .memory_bytes = MemoryPlan::gathered_bytes(…), .stop = stop});
//   gathering.worker(0).add(selector, position);      // a record that the selector has selected
//   gathering.rows([&](std::string_view row) { …; return true; });
//
// Threads: each worker one; the rest one, when the workers are done, but failure(). There is a worker more than asked for, `spare()`, for who
// works on what others left.
// Memory: memory_bytes. Each worker has a share, merging has one, and so have the rows of groups that are sorted; what does not fit goes to
// disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/pipeline/input.h"
#include "millrace/surrealql/group_merge.h"
#include "millrace/surrealql/group_table.h"
#include "millrace/surrealql/query.h"
#include "millrace/surrealql/row_order.h"
#include "millrace/surrealql/selector.h"

namespace millrace::pipeline {

// Appends the selector's row in the form in which it goes on; false when it cannot: the selector has the failure.
using RowForm = std::function<bool(surrealql::Selector& selector, std::string& out)>;

// Where a row stands among all: the piece's number, and how many rows of the piece came before it.
inline std::uint64_t position_of(const Piece& piece, std::uint64_t rows_before) { return (std::uint64_t{piece.number} << 32) + rows_before; }

class Gathering {
 public:
  class Worker {
   public:
    explicit Worker(Gathering& job);

    // Counts the selected record into its group, or keeps its rows: so many. Nothing when it cannot, as a whole: the selector has
    // the failure. `position`: position_of(); `head` goes before the form of rows that are only ordered.
    std::optional<std::size_t> add(surrealql::Selector& selector, std::uint64_t position, std::string_view head = {});

   private:
    friend class Gathering;
    bool add_record(surrealql::Selector& selector, std::uint64_t position);
    std::optional<std::size_t> add_rows(surrealql::Selector& selector, std::uint64_t position, std::string_view head);

    Gathering& job_;
    std::optional<surrealql::GroupTable> groups_;
    std::optional<surrealql::RowOrder> order_;
    // Of one record: its rows are kept when all are made.
    std::vector<surrealql::Datum> row_keys_;
    std::vector<surrealql::Datum> all_keys_;
    std::string text_;
    std::vector<std::size_t> row_ends_;
  };

  static bool is_needed(const surrealql::Query& query) { return query.is_grouped() || query.is_ordered(); }

  struct Options {
    std::size_t workers = 1;
    std::size_t memory_bytes = 0;
    std::stop_token stop;  // merging takes its time
  };
  // The query outlives it.
  Gathering(const surrealql::Query& query, RowForm form, Options options);

  Worker& worker(std::size_t number) { return *workers_[number]; }
  Worker& spare() { return *workers_.back(); }
  // Gives each row to `take`, until it answers false. interrupted by the stop; too_large for a group that does not fit; io when what is on disk cannot be read or written.
  using Take = std::function<bool(std::string_view row)>;
  Result<void> rows(const Take& take);
  // The disk's.
  std::optional<Error> failure() const;

 private:
  Result<void> grouped_rows(const Take& take);
  Result<void> ordered_rows(const std::vector<surrealql::RowOrder*>& orders, const Take& take);
  void note(Result<void> done);

  const surrealql::Query& query_;
  const RowForm form_;
  const std::size_t share_bytes_;
  const std::stop_token stop_;
  surrealql::GroupsAside groups_aside_;
  surrealql::RowsAside rows_aside_;
  std::vector<std::unique_ptr<Worker>> workers_;
  mutable std::mutex mutex_;  // guards the rest
  std::optional<Error> failure_;
};

}  // namespace millrace::pipeline

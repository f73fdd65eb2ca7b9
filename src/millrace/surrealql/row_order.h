// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY over rows: in memory as long as they fit, else in sorted runs on disk, which are merged. With LIMIT only the rows that it
// leaves are kept.
//
//   RowsAside aside(plan, options, {.bytes_max = …});     // what all workers have put on disk
//   RowOrder order(plan, options, aside);                 // one for each worker; options = row_order_options(query, bytes_max)
//   order.add(keys, position, text);                      // sorted by keys, then by position
//   OrderedRows rows(plan);
//   rows.begin({&first, &second}, aside);
//   while (Result<std::optional<std::string_view>> text = rows.next(); text && *text) write(**text);
//
// Threads: one for each. Memory: bytes_max for each worker, and the merge's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/surrealql/loser_tree.h"
#include "millrace/surrealql/plan.h"
#include "millrace/surrealql/query.h"
#include "millrace/surrealql/run_set.h"
#include "millrace/surrealql/sort_prefix.h"

namespace millrace::surrealql {

struct OrderedRow {
  const Datum* keys = nullptr;
  std::uint64_t position = 0;
  std::string_view text;
};

struct RowOrderOptions {
  std::uint64_t rows_max = UINT64_MAX;    // only so many of the first are wanted
  std::size_t bytes_max = 64u << 20;
};

// START and LIMIT say how many rows are wanted.
RowOrderOptions row_order_options(const Query& query, std::size_t bytes_max);

// Which of two rows comes first.
class RowBefore {
 public:
  explicit RowBefore(const Plan& plan) : plan_(&plan) {}
  bool operator()(const OrderedRow& a, const OrderedRow& b) const;

 private:
  const Plan* plan_;
};

// What does not fit into workers' memory. Threads: add() from any.
class RowsAside {
 public:
  RowsAside(const Plan& plan, RowOrderOptions options, MergeLimits limits);
  Result<void> add(RunFile run) { return runs_.add(std::move(run)); }
  RunSet& runs() { return runs_; }

 private:
  RunSet runs_;
};

class RowOrder {
 public:
  RowOrder(const Plan& plan, RowOrderOptions options, RowsAside& aside);

  // `keys` as Selector::order_keys() gives them; `position`: where the row stands among all. Copies all of it. io when the disk fails.
  Result<void> add(std::span<const Datum> keys, std::uint64_t position, std::string_view text);
  // No more rows: sorts what is in memory.
  void sort();
  std::size_t bytes() const;

 private:
  friend class OrderedRows;
  struct Kept {
    std::uint64_t prefix = 0;
    const OrderedRow* row = nullptr;
  };
  const OrderedRow* copy(const OrderedRow& row);
  void keep_first(const OrderedRow& row);
  void compact();
  Result<void> put_aside();
  Result<RunFile> write() const;  // what is in memory, which is sorted
  auto kept_before() const {
    return [this](const Kept& a, const Kept& b) { return before_(*a.row, *b.row); };
  }

  const Plan& plan_;
  const RowOrderOptions options_;
  const std::size_t key_count_;
  const RowBefore before_;
  RowsAside& aside_;
  std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
  std::vector<Kept> rows_;
  bool is_heap_ = false;           // rows_max of them are kept, the last of these on top
  std::size_t kept_bytes_ = 0;     // of the rows that are kept: the arena also holds those that are not any more
};

// The rows of all workers, merged.
class OrderedRows {
 public:
  explicit OrderedRows(const Plan& plan);
  // The workers' rows are sorted, and they outlive it, as the runs do.
  Result<void> begin(std::span<RowOrder* const> workers, RowsAside& aside);
  Result<void> begin(std::span<RunFile* const> runs);
  Result<std::optional<std::string_view>> next();

 private:
  friend class RowsAside;
  struct Source {
    const RowOrder* memory = nullptr;  // its rows_ from `at` on, or
    std::size_t at = 0;
    RunFile* run = nullptr;
    std::string_view record;
    std::unique_ptr<Arena> arena;
    OrderedRow row;
  };
  Result<void> begin();
  Result<bool> advance(Source& source);
  Result<const Source*> next_source();  // whose row is the next; null at the end

  const Plan& plan_;
  const std::size_t key_count_;
  const RowBefore before_;
  std::vector<Source> sources_;
  LoserTree tree_;
  bool has_given_ = false;  // the first source's row was given, and is passed at the next call
};

}  // namespace millrace::surrealql

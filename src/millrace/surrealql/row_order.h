// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY over rows: in memory as long as they fit, else in sorted runs on disk, which are merged. With LIMIT only the rows that it
// leaves are kept.
//
//   RowOrder order(plan, {.rows_max = start + limit, .bytes_max = …}, folder);     // one for each worker
//   order.add(keys, position, text);                                               // sorted by keys, then by position
//   OrderedRows rows({&first, &second});                                           // all workers'
//   while (Result<std::optional<std::string_view>> text = rows.next(); text && *text) write(**text);
//
// Threads: one for each. Memory: bytes_max, and a buffer for each run while they are merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/file.h"
#include "millrace/base/result.h"
#include "millrace/surrealql/plan.h"
#include "millrace/surrealql/query.h"
#include "millrace/surrealql/run_file.h"

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

class RowOrder {
 public:
  RowOrder(const Plan& plan, RowOrderOptions options, const TempFolder& folder, std::size_t worker);

  // `keys` as Selector::order_keys() gives them; `position`: where the row stands among all. Copies all of it. io when the disk fails.
  Result<void> add(std::span<const Datum> keys, std::uint64_t position, std::string_view text);
  // No more rows: sorts what is in memory.
  void sort();

 private:
  friend class OrderedRows;
  OrderedRow copy(std::span<const Datum> keys, std::uint64_t position, std::string_view text);
  void keep_first(const OrderedRow& row);
  void compact();
  Result<void> put_aside();
  std::size_t bytes() const { return arena_->bytes_used() + rows_.capacity() * sizeof(OrderedRow); }

  const Plan& plan_;
  const RowOrderOptions options_;
  const TempFolder& folder_;
  const std::size_t worker_;
  const RowBefore before_;
  std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
  std::vector<OrderedRow> rows_;   // a heap, the last of the kept on top, when rows_max is reached
  std::size_t kept_bytes_ = 0;     // of the rows that are kept: the arena also holds those that are not any more
  std::vector<RunFile> runs_;
};

// The rows of all workers, merged.
class OrderedRows {
 public:
  OrderedRows(const Plan& plan, std::span<RowOrder* const> workers);
  Result<std::optional<std::string_view>> next();

 private:
  struct Source {
    RowOrder* memory = nullptr;  // its rows_ from `at` on, or
    std::size_t at = 0;
    RunFile* run = nullptr;
    std::unique_ptr<Arena> arena;
    OrderedRow row;
  };
  Result<bool> advance(Source& source);

  const Plan& plan_;
  const RowBefore before_;
  std::vector<Source> sources_;
  std::vector<std::size_t> heap_;  // of those that have a row, the first on top
  bool begun_ = false;
  std::optional<std::size_t> given_;  // whose row was given, and is passed at the next call
};

}  // namespace millrace::surrealql

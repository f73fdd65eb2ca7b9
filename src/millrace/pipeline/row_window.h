// SPDX-License-Identifier: Apache-2.0
//
// START and LIMIT, counted over rows as they come in their order. Private to `pipeline`.
#pragma once

#include <algorithm>
#include <cstdint>

#include "millrace/surrealql/query.h"

namespace millrace::pipeline {

class RowWindow {
 public:
  explicit RowWindow(const surrealql::Query& query) : skip_(query.start()), left_(query.limit()) {}

  // No further row is wanted.
  bool is_full() const { return left_ == 0; }
  // Of the next `count` rows: those from `first` to before `last` are wanted.
  struct Part {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t size() const { return last - first; }
  };
  Part take(std::uint64_t count) {
    const std::uint64_t skipped = std::min(skip_, count);
    const std::uint64_t taken = std::min(left_, count - skipped);
    skip_ -= skipped;
    if (left_ != UINT64_MAX) left_ -= taken;
    return {skipped, skipped + taken};
  }
  static bool is_needed(const surrealql::Query& query) { return query.start() > 0 || query.limit() != UINT64_MAX; }

 private:
  std::uint64_t skip_;  // rows that START leaves out yet
  std::uint64_t left_;  // rows that LIMIT allows yet; UINT64_MAX: any number
};

}  // namespace millrace::pipeline

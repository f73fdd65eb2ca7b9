// SPDX-License-Identifier: Apache-2.0
//
// How large a batch is and how many are under way: what a Controller chooses and a Batcher obeys.
#pragma once

#include <cstddef>

#include "millrace/store/store.h"

namespace millrace::batch {

struct BatchLimits {
  store::StatementShape shape = store::StatementShape::insert;
  std::size_t rows_per_transaction = 1000;
  std::size_t transactions_per_request = 1;
  std::size_t in_flight = 1;
  std::size_t request_bytes_max = 4u << 20;

  std::size_t rows() const { return rows_per_transaction * transactions_per_request; }
  bool operator==(const BatchLimits&) const = default;
};

// The best fixed limits known for a store (docs/performance.md).
BatchLimits starting_limits(const store::Capabilities& capabilities);

}  // namespace millrace::batch

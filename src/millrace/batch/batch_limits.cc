// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batcher.h"

namespace millrace::batch {

// SurrealDB: two requests in all keep both of its busy threads fed, more wait for each other; FOR … CREATE of some 250
// records is the one shape that is fast on its memory engine and near the best on its disk engines. SQLite: one writer,
// and rows enough to share an fsync.
BatchLimits starting_limits(const store::Capabilities& capabilities) {
  if (capabilities.name == "surrealdb") {
    return {.shape = store::StatementShape::insert,
            .rows_per_transaction = 250,
            .transactions_per_request = 4,
            .in_flight = 2,
            .request_bytes_max = 2u << 20};
  }
  return {.rows_per_transaction = 5000, .in_flight = 1, .request_bytes_max = 8u << 20};
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batch_limits.h"

#include <algorithm>

#include "millrace/batch/controller.h"

namespace millrace::batch {

// SurrealDB: two requests in all keep both of its busy threads fed, more wait for each other; transactions of 250 records are
// bearable on its memory engine, and four to a request share the round trip. SQLite: one writer, and rows enough to share an
// fsync.
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

ControllerOptions controller_options(const store::Capabilities& capabilities) {
  ControllerOptions options{.start = starting_limits(capabilities), .in_flight_max = capabilities.in_flight_max};
  options.start.request_bytes_max = std::min(options.start.request_bytes_max, capabilities.batch_bytes_max);
  if (capabilities.name == "surrealdb") {
    options.shapes = {store::StatementShape::insert, store::StatementShape::create};
    // Best on the disk engines, and only taken after the survey: the memory engine's curve speaks against it.
    options.start.rows_per_transaction = 1000;
    options.start.transactions_per_request = 1;
  } else {
    options.transactions_max = 1;  // SQLite: the checkpoint is committed with each transaction
  }
  return options;
}

}  // namespace millrace::batch

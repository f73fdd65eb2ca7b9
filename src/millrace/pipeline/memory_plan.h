// SPDX-License-Identifier: Apache-2.0
//
// How --memory is shared out (docs/batching.md, "Memory"). Private to `pipeline`.
#pragma once

#include <cstddef>

namespace millrace::pipeline {

struct MemoryPlan {
  std::size_t chunk_bytes;        // of ordinary slices
  std::size_t slice_records_max;  // what a record costs beside its bytes comes to some four chunks at most
  std::size_t budget_bytes;       // chunks, blocks and requests together
  std::size_t record_bytes_max;   // the largest record that fits, with all its copies
  std::size_t request_bytes_max;  // of one request to the store

  static MemoryPlan of(std::size_t memory_bytes);
};

}  // namespace millrace::pipeline

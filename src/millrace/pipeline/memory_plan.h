// SPDX-License-Identifier: Apache-2.0
//
// How --memory is shared out (docs/batching.md, "Memory"). Private to `pipeline`.
#pragma once

#include <cstddef>

#include "millrace/decode/splitter.h"

namespace millrace::pipeline {

struct MemoryPlan {
  std::size_t chunk_bytes;        // of ordinary slices
  std::size_t slice_records_max;  // what a record costs beside its bytes comes to some four chunks at most
  std::size_t budget_bytes;       // chunks, blocks and requests together
  std::size_t record_bytes_max;   // the largest record that fits, with all its copies
  std::size_t request_bytes_max;  // of one request to the store

  static MemoryPlan of(std::size_t memory_bytes);
  // A job that keeps groups or rows until its end has this for them: what --memory has beyond 48 MiB, but no more than five eighths of it,
  // as large records are to fit, too, and no less than a fourth.
  static std::size_t gathered_bytes(std::size_t memory_bytes);
  static MemoryPlan of_gathering(std::size_t memory_bytes);

  // What a query may take to compute one record: a fourth, at least 32 MiB.
  static std::size_t computed_bytes_max(std::size_t memory_bytes);

  decode::SplitterOptions splitter_options(std::size_t record_bytes_max) const;  // --max-record
};

}  // namespace millrace::pipeline

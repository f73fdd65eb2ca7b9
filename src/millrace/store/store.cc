// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/store.h"

namespace millrace::store {

std::size_t Batch::size() const {
  std::size_t records = 0;
  for (const BlockRun& run : runs) records += run.size();
  return records;
}

std::size_t Batch::body_bytes() const {
  std::size_t bytes = 0;
  for (const BlockRun& run : runs) bytes += run.block->body_run(run.first, run.last).size();
  return bytes;
}

}  // namespace millrace::store

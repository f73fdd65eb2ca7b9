// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/memory_plan.h"

#include <algorithm>

#include "millrace/surrealql/limits.h"

namespace millrace::pipeline {
namespace {

// Program, libraries and stacks (13 MiB), SQLite's cache (8) or two sockets' buffers (2), and what malloc keeps.
constexpr std::size_t fixed_bytes = 24u << 20;
// Chunks and blocks that wait for their next use.
constexpr std::size_t pooled_chunks = 24;
// A chunk, the next one's beginning, a block and a frame, which as CBOR may be 2.25 times the JSON.
constexpr std::size_t record_parts = 5;
constexpr std::size_t requests_in_memory = 4;
// Program, input and output of a job that keeps what it reads.
constexpr std::size_t streaming_bytes = 48u << 20;
constexpr std::size_t bytes_a_record = 64;  // shorter ones than that cost more than their bytes

}  // namespace

MemoryPlan MemoryPlan::of(std::size_t memory_bytes) {
  const std::size_t chunk = std::clamp<std::size_t>(memory_bytes / 256, 64u << 10, 512u << 10);
  const std::size_t budget = memory_bytes - std::min(memory_bytes / 2, fixed_bytes + pooled_chunks * chunk);
  return {.chunk_bytes = chunk,
          .slice_records_max = chunk / bytes_a_record,
          .budget_bytes = budget,
          .record_bytes_max = budget / record_parts,
          .request_bytes_max = budget / requests_in_memory};
}

std::size_t MemoryPlan::gathered_bytes(std::size_t memory_bytes) {
  const std::size_t left = memory_bytes - std::min(memory_bytes, streaming_bytes);
  return std::max(std::min(left, memory_bytes / 8 * 5), memory_bytes / 4);
}

std::size_t MemoryPlan::computed_bytes_max(std::size_t memory_bytes) {
  return std::clamp<std::size_t>(memory_bytes / 4, 32u << 20, surrealql::evaluation_bytes_max);
}

MemoryPlan MemoryPlan::of_gathering(std::size_t memory_bytes) { return of(memory_bytes - gathered_bytes(memory_bytes)); }

decode::SplitterOptions MemoryPlan::splitter_options(std::size_t wanted) const {
  if (wanted <= record_bytes_max) return {.record_bytes_max = wanted, .slice_records_max = slice_records_max};
  return {.record_bytes_max = record_bytes_max, .record_bytes_from = decode::RecordLimit::memory, .slice_records_max = slice_records_max};
}

}  // namespace millrace::pipeline

// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/piece_budget.h"

#include <algorithm>

#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

// A chunk, its block, the copy that a store makes of it, and as much again for records that grow: 9 bytes of CBOR for
// `1e1,`, a created_at, an entry. What grows more (rows of a CSV with long names, tiny records) shows in the blocks before.
constexpr std::size_t piece_copies = 4;

}  // namespace

std::size_t PieceBudget::estimate(std::size_t chunk_bytes) const { return piece_copies * chunk_bytes + excess_; }

void PieceBudget::wait_for_room(std::size_t chunk_bytes) {
  MILLRACE_PROFILE_SCOPE("wait for memory");
  budget_.wait_for_room(estimate(chunk_bytes));
}

std::size_t PieceBudget::count(const decode::Slice& slice) {
  const std::size_t counted = estimate(slice.chunk.capacity()) + slice.fault_text.size();
  budget_.hold(counted);
  return counted;
}

// A store copies the bodies once more: into a request's frame, or a row.
void PieceBudget::account(Block& block, std::size_t bytes_counted) {
  block.bytes_held = block.bytes_in_memory() + block.bytes.size();
  const std::size_t expected = piece_copies * block.input.capacity();
  excess_ = block.bytes_held - std::min(block.bytes_held, expected);
  budget_.hold(block.bytes_held);
  budget_.release(bytes_counted);
}

}  // namespace millrace::pipeline

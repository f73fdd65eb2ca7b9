// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/rows.h"

#include <functional>
#include <utility>

#include "millrace/telemetry/profile.h"

namespace millrace::batch {
namespace {

// Beyond so many records that wait for another with their id, the cut ends: an input that repeats one id forever must not
// be read into memory.
constexpr std::size_t deferred_rows_max = 4096;

std::uint64_t hash_id(const Block& block, std::size_t index) {
  const IdView id = block.id(index);
  if (id.kind == IdView::Kind::integer) return static_cast<std::uint64_t>(id.integer) * 0x9e3779b97f4a7c15;
  return std::hash<std::string_view>{}(id.text);
}

}  // namespace

void append_row(Runs& runs, Block& block, std::size_t index) {
  if (!runs.empty() && runs.back().block == &block && runs.back().last == index) {
    ++runs.back().last;
  } else {
    runs.push_back({&block, index, index + 1});
  }
}

std::size_t count_rows(const Runs& runs) {
  std::size_t rows = 0;
  for (const store::BlockRun& run : runs) rows += run.size();
  return rows;
}

Runs split_off(Runs& runs, std::size_t rows) {
  Runs rest;
  for (auto run = runs.begin(); run != runs.end(); ++run) {
    if (run->size() <= rows) {
      rows -= run->size();
      continue;
    }
    rest.assign(run, runs.end());
    rest.front().first += rows;
    run->last = run->first + rows;
    runs.erase(rows == 0 ? run : run + 1, runs.end());
    break;
  }
  return rest;
}

bool BusyIds::insert(const Block& block, std::size_t index) {
  return block.entries[index].id_generated || hashes_.insert(hash_id(block, index)).second;
}

void BusyIds::erase(const Block& block, std::size_t index) {
  if (!block.entries[index].id_generated) hashes_.erase(hash_id(block, index));
}

void RowQueue::push(Block& block) {
  if (block.size() == 0) return;
  fresh_.push_back({&block, 0, block.size()});
  rows_ += block.size();
}

struct RowQueue::Cutting {
  CutLimits limits;
  BusyIds* busy;
  Cut taken = {};
  Runs deferred = {};
  std::size_t deferred_rows = 0;
  // Hashes of what this cut defers: a later record with the same id must not overtake.
  BusyIds waiting = {};
};

// False when the cut is full; the record then stays where it is.
bool RowQueue::take(Cutting& cutting, Block& block, std::size_t index) {
  const std::size_t size = block.entries[index].body_size;
  Cut& taken = cutting.taken;
  taken.full = taken.rows == cutting.limits.rows_max || (taken.rows != 0 && taken.bytes + size > cutting.limits.bytes_max);
  if (taken.full || cutting.deferred_rows == deferred_rows_max) return false;
  if (cutting.busy != nullptr) {
    const bool overtakes = !block.entries[index].id_generated && !cutting.waiting.insert(block, index);
    if (overtakes || !cutting.busy->insert(block, index)) {
      append_row(cutting.deferred, block, index);
      ++cutting.deferred_rows;
      return true;
    }
    cutting.waiting.erase(block, index);
  }
  append_row(taken.runs, block, index);
  ++taken.rows;
  taken.bytes += size;
  return true;
}

RowQueue::Cut RowQueue::cut(const CutLimits& limits, BusyIds* busy) {
  MILLRACE_PROFILE_SCOPE("cut batch");
  Cutting cutting{limits, busy};
  const Runs before = std::exchange(deferred_, {});
  bool full = false;
  for (const store::BlockRun& run : before) {
    for (std::size_t i = run.first; i < run.last; ++i) {
      full = full || !take(cutting, *run.block, i);
      if (full) append_row(cutting.deferred, *run.block, i);
    }
  }
  while (!full && !fresh_.empty()) {
    store::BlockRun& run = fresh_.front();
    while (run.first < run.last && take(cutting, *run.block, run.first)) ++run.first;
    full = run.first < run.last;
    if (!full) fresh_.pop_front();
  }
  deferred_ = std::move(cutting.deferred);
  rows_ -= cutting.taken.rows;
  cutting.taken.full = cutting.taken.full || cutting.taken.rows == limits.rows_max;
  return std::move(cutting.taken);
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/reconcile.h"

#include "millrace/batch/same_record.h"
#include "millrace/telemetry/profile.h"

namespace millrace::batch {
namespace {

Result<Found> compare(const Block& block, std::size_t index, const std::optional<std::string>& stored, bool by_earlier_run) {
  if (!stored) return Found::nothing;
  const bool with_created_at = !(by_earlier_run && has_time_of_millrace(block.entries[index]));
  const Result<bool> same = is_same_record(block, index, *stored, with_created_at);
  if (!same) return std::unexpected(same.error());
  return *same ? Found::same : Found::other;
}

}  // namespace

Result<std::vector<Found>> read_back(store::Store& store, const Lane& lane, const Runs& runs, bool by_earlier_run) {
  MILLRACE_PROFILE_SCOPE("read back", "rows", count_rows(runs));
  std::vector<RecordId> ids;
  ids.reserve(count_rows(runs));
  for (const store::BlockRun& run : runs) {
    for (std::size_t i = run.first; i < run.last; ++i) ids.push_back(run.block->id(i).to_id());
  }
  const Result<std::vector<std::optional<std::string>>> stored = store.get_many(lane, ids);
  if (!stored) return std::unexpected(stored.error());
  std::vector<Found> all;
  all.reserve(ids.size());
  for (const store::BlockRun& run : runs) {
    for (std::size_t i = run.first; i < run.last; ++i) {
      const Result<Found> found = compare(*run.block, i, (*stored)[all.size()], by_earlier_run);
      if (!found) return std::unexpected(found.error());
      all.push_back(*found);
    }
  }
  return all;
}

}  // namespace millrace::batch

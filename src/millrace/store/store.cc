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

Result<std::vector<std::optional<std::string>>> Store::get_many(const Lane& lane, std::span<const RecordId> ids) {
  std::vector<std::optional<std::string>> records;
  records.reserve(ids.size());
  for (const RecordId& id : ids) {
    Result<std::optional<std::string>> record = get(lane, id);
    if (!record) return std::unexpected(std::move(record).error());
    records.push_back(*std::move(record));
  }
  return records;
}

Result<std::optional<std::string>> Store::read_checkpoint(const std::string&) { return std::nullopt; }

Result<void> Store::write_checkpoint(const Checkpoint&) {
  return fail(Code::forbidden, "this store keeps no checkpoints");
}

Result<void> Store::remove_checkpoint(const std::string&) { return {}; }

}  // namespace millrace::store

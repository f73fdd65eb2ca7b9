// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/memory_store.h"

#include <iterator>
#include <utility>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/record/cbor.h"
#include "millrace/record/json.h"
#include "millrace/store/id_first.h"
#include "millrace/store/transaction.h"

namespace millrace::store {

MemoryStore::MemoryStore(Encoding encoding, const Clock& clock)
    : capabilities_{.name = "memory", .encoding = encoding}, clock_(clock) {}

Result<void> MemoryStore::prepare(const Lane& lane) {
  if (auto named = check_table_name(lane.table); !named) return named;
  const std::lock_guard lock(mutex_);
  tables_.try_emplace(lane.table);
  return {};
}

Result<void> MemoryStore::drop(const Lane& lane) {
  const std::lock_guard lock(mutex_);
  tables_.erase(lane.table);
  return {};
}

void MemoryStore::write(Batch batch, Completion done) {
  Outcomes outcomes(batch.size());
  {
    const std::lock_guard lock(mutex_);
    const auto table = tables_.find(batch.lane.table);
    MILLRACE_ASSERT(table != tables_.end());
    for (const Transaction& transaction : transactions_of(batch)) apply(table->second, batch, transaction, outcomes);
  }
  done(std::move(outcomes).take());
}

void MemoryStore::apply(Table& table, const Batch& batch, const Transaction& transaction, Outcomes& outcomes) {
  std::size_t position = transaction.first;
  for (const BlockRun& run : transaction.runs) {
    MILLRACE_ASSERT(run.block->encoding == capabilities_.encoding);
    run.block->stamp(run.first, run.last, clock_.now());
    for (std::size_t i = run.first; i < run.last; ++i, ++position) {
      const IdView id = run.block->id(i);
      const auto [taken, added] = table.try_emplace(key_of(id.to_id()), run.block->body(i));
      if (added) continue;
      switch (batch.on_duplicate) {
        case OnDuplicate::fail: outcomes.reject(position, duplicate_error(id, batch.lane)); break;
        case OnDuplicate::skip: outcomes.skip(position); break;
        case OnDuplicate::replace: taken->second = run.block->body(i); break;
      }
    }
  }
}

Result<std::optional<std::string>> MemoryStore::get(const Lane& lane, const RecordId& id) {
  const std::lock_guard lock(mutex_);
  const auto table = tables_.find(lane.table);
  if (table == tables_.end()) return std::nullopt;
  const auto record = table->second.find(key_of(id));
  if (record == table->second.end()) return std::nullopt;
  return to_object(record->first, record->second);
}

Result<ScanEnd> MemoryStore::scan(const Lane& lane, const ScanRange& range, const RecordSink& sink) {
  const std::lock_guard lock(mutex_);
  ScanEnd end;
  const auto found = tables_.find(lane.table);
  if (found == tables_.end() || range.limit == 0) return end;
  const Table& table = found->second;
  auto record = std::make_reverse_iterator(range.before ? table.lower_bound(key_of(*range.before)) : table.end());
  bool wants_more = true;
  for (std::size_t left = range.limit; record != table.rend() && left > 0 && wants_more; ++record, --left) {
    const Result<std::string> object = to_object(record->first, record->second);
    if (!object) return std::unexpected(object.error());
    wants_more = sink(*object);
    end.last = record->first;
  }
  end.more = record != table.rend();
  return end;
}

Result<std::vector<bool>> MemoryStore::remove(const Lane& lane, std::span<const RecordId> ids) {
  const std::lock_guard lock(mutex_);
  const auto table = tables_.find(lane.table);
  std::vector<bool> removed;
  removed.reserve(ids.size());
  for (const RecordId& id : ids) removed.push_back(table != tables_.end() && table->second.erase(key_of(id)) != 0);
  return removed;
}

Result<std::uint64_t> MemoryStore::count(const Lane& lane) {
  const std::lock_guard lock(mutex_);
  const auto table = tables_.find(lane.table);
  return table == tables_.end() ? 0 : table->second.size();
}

Result<std::optional<std::string>> MemoryStore::read_checkpoint(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = checkpoints_.find(name);
  if (found == checkpoints_.end()) return std::nullopt;
  return found->second;
}

Result<void> MemoryStore::write_checkpoint(const Checkpoint& checkpoint) {
  const std::lock_guard lock(mutex_);
  checkpoints_.insert_or_assign(checkpoint.name, checkpoint.text);
  return {};
}

Result<void> MemoryStore::remove_checkpoint(const std::string& name) {
  const std::lock_guard lock(mutex_);
  checkpoints_.erase(name);
  return {};
}

RecordId MemoryStore::key_of(RecordId id) const {
  if (capabilities_.encoding == Encoding::json && std::holds_alternative<Uuid>(id)) return to_string(id);
  return id;
}

Result<std::string> MemoryStore::to_object(const RecordId& id, const std::string& body) const {
  if (capabilities_.encoding == Encoding::json) return id_first(id, body);
  const Result<Value> value = cbor::decode(body);
  if (!value) return std::unexpected(value.error());
  return id_first(id, to_json(*value));
}

}  // namespace millrace::store

// SPDX-License-Identifier: Apache-2.0
//
// A store in memory, for tests and for trying things out: what a real store means, in its shortest form. With
// Encoding::json a uuid id is its text, as in SQLite; with Encoding::cbor it is a kind of its own, as in SurrealDB.
//
// Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "millrace/base/clock.h"
#include "millrace/store/store.h"

namespace millrace::store {

class Outcomes;
struct Transaction;

class MemoryStore : public Store {
 public:
  // `clock` outlives the store.
  explicit MemoryStore(Encoding encoding = Encoding::json, const Clock& clock = Clock::system());

  const Capabilities& capabilities() const override { return capabilities_; }
  Result<void> prepare(const Lane& lane) override;
  Result<void> drop(const Lane& lane) override;
  void write(Batch batch, Completion done) override;
  Result<std::optional<std::string>> get(const Lane& lane, const RecordId& id) override;
  Result<ScanEnd> scan(const Lane& lane, const ScanRange& range, const RecordSink& sink) override;
  Result<std::uint64_t> count(const Lane& lane) override;
  Result<std::vector<bool>> remove(const Lane& lane, std::span<const RecordId> ids) override;
  Result<std::optional<std::string>> read_checkpoint(const std::string& name) override;
  Result<void> write_checkpoint(const Checkpoint& checkpoint) override;
  Result<void> remove_checkpoint(const std::string& name) override;

 private:
  using Table = std::map<RecordId, std::string>;  // bodies
  void apply(Table& table, const Batch& batch, const Transaction& transaction, Outcomes& outcomes);
  RecordId key_of(RecordId id) const;
  Result<std::string> to_object(const RecordId& id, const std::string& body) const;

  const Capabilities capabilities_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Table> tables_;
  std::map<std::string, std::string> checkpoints_;
};

}  // namespace millrace::store

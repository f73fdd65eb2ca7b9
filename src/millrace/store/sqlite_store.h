// SPDX-License-Identifier: Apache-2.0
//
// A SQLite file as a store. Its layout:
//
//   CREATE TABLE "post" (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT
//
// with user_version 1; id is an integer or a text as the record's (a uuid is its text), body is the record as JSON,
// created_at the record's own datetime or else the commit's. A rowid table: where ids arrive shuffled, WITHOUT ROWID
// took 34 s for what this takes 5 to 9, and ordered ids lose nothing (reference/prototypes.md, P2).
//
// Durability: write-ahead log and synchronous=FULL, one transaction per `rows_per_transaction` records. A record is
// answered as written after the COMMIT has synced the log.
// Checkpoints: a table millrace_checkpoint (name TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL) STRICT, made with the first.
// Order: in a transaction, a record that SQLite turns down (its id is taken) leaves its neighbours alone. A transaction
// that fails is rolled back, and it and the batch's later ones are unsettled with one error.
// Threads: one at a time; completions run inside write().
// Memory: a page cache of 8 MiB, and the statements.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/clock.h"
#include "millrace/store/store.h"

namespace millrace::store {

class Outcomes;
class SqliteDatabase;
class SqliteStatement;
struct Transaction;

struct SqliteOptions {
  bool create = true;                             // make the file when there is none
  std::chrono::milliseconds busy_timeout{5'000};  // how long to wait for another process's lock
};

class SqliteStore final : public Store {
 public:
  // Opens the file and writes nothing yet: that is prepare()'s. `clock` outlives the store. invalid_argument for a
  // folder and for a file that is no database; not_found; refused when the layout is a later version's; unavailable
  // when another process holds a lock.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, const SqliteOptions& options = {},
                                                   const Clock& clock = Clock::system());
  ~SqliteStore() override;  // leaves one file: the log is moved into it, unless other connections are open

  const Capabilities& capabilities() const override { return capabilities_; }
  // forbidden when the file cannot be written; refused when it has a table of that name with another layout.
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
  SqliteStore(SqliteDatabase database, const Clock& clock);
  Result<bool> find_table(const std::string& table);
  Result<void> become_writer();
  Result<SqliteStatement*> statement(const std::string& sql);
  Result<SqliteStatement*> select_from(const Lane& lane, std::string_view sql_form);
  Result<void> commit(const Batch& batch, const Transaction& transaction, Outcomes& outcomes);
  Result<void> run_commit();
  Result<void> run_kept(const std::string& sql);
  void bound_statements();
  Result<std::vector<bool>> remove_each(SqliteStatement& remove, std::span<const RecordId> ids);
  Result<void> insert(const Batch& batch, const Transaction& transaction, Outcomes& outcomes);
  Result<void> put_checkpoint(const Checkpoint& checkpoint);
  Result<bool> has_checkpoints();
  Result<void> settle_failed_row(const IdView& id, const Lane& lane, std::size_t index, int code, Outcomes& outcomes);

  const Capabilities capabilities_{.name = "sqlite", .encoding = Encoding::json, .checkpoints_with_data = true};
  const Clock& clock_;
  std::unique_ptr<SqliteDatabase> database_;
  std::map<std::string, SqliteStatement, std::less<>> statements_;  // by their text, kept while the store is open
  bool writer_ = false;                                             // the settings of become_writer() are made
};

}  // namespace millrace::store

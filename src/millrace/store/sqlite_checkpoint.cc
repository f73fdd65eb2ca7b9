// SPDX-License-Identifier: Apache-2.0
//
// The checkpoints of a SqliteStore.
#include <tuple>

#include "millrace/store/sqlite_database.h"
#include "millrace/store/sqlite_store.h"
#include "millrace/telemetry/profile.h"

namespace millrace::store {

Result<bool> SqliteStore::has_checkpoints() {
  const Result<std::int64_t> tables =
      database_->integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'millrace_checkpoint'");
  if (!tables) return std::unexpected(tables.error());
  return *tables != 0;
}

Result<std::optional<std::string>> SqliteStore::read_checkpoint(const std::string& name) {
  const Result<bool> any = has_checkpoints();
  if (!any) return std::unexpected(any.error());
  if (!*any) return std::nullopt;
  const auto select = statement("SELECT text FROM millrace_checkpoint WHERE name = ?1");
  if (!select) return std::unexpected(select.error());
  SqliteStatement& row = **select;
  const SqliteReset reset(row);
  row.bind(1, name);
  switch (row.step()) {
    case SQLITE_ROW: return std::string(row.text(0));
    case SQLITE_DONE: return std::nullopt;
    default: return std::unexpected(database_->last_error());
  }
}

Result<void> SqliteStore::write_checkpoint(const Checkpoint& checkpoint) {
  if (auto ready = become_writer(); !ready) return ready;
  return put_checkpoint(checkpoint);
}

// In the transaction that is open, or in one of its own. The table may have gone with one that was rolled back.
Result<void> SqliteStore::put_checkpoint(const Checkpoint& checkpoint) {
  MILLRACE_PROFILE_SCOPE("sqlite checkpoint", "bytes", checkpoint.text.size());
  const auto made = database_->run(
      "CREATE TABLE IF NOT EXISTS millrace_checkpoint (name TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL) STRICT");
  if (!made) return made;
  const auto put = statement(
      "INSERT INTO millrace_checkpoint (name, text) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET text = excluded.text");
  if (!put) return std::unexpected(put.error());
  const SqliteReset reset(**put);
  (*put)->bind(1, checkpoint.name);
  (*put)->bind(2, checkpoint.text);
  if ((*put)->step() != SQLITE_DONE) return std::unexpected(database_->last_error());
  return {};
}

// The log is moved into the file first, which else is done at the end: who is killed while that takes its time, and has no
// checkpoint any more, would begin anew.
Result<void> SqliteStore::remove_checkpoint(const std::string& name) {
  const Result<bool> any = has_checkpoints();
  if (!any) return std::unexpected(any.error());
  if (!*any) return {};
  if (auto ready = become_writer(); !ready) return ready;
  std::ignore = database_->run("PRAGMA wal_checkpoint(PASSIVE)");
  const auto remove = statement("DELETE FROM millrace_checkpoint WHERE name = ?1");
  if (!remove) return std::unexpected(remove.error());
  const SqliteReset reset(**remove);
  (*remove)->bind(1, name);
  if ((*remove)->step() != SQLITE_DONE) return std::unexpected(database_->last_error());
  return {};
}

}  // namespace millrace::store

// SPDX-License-Identifier: Apache-2.0
//
// What is read out of a SQLite store, and removed by id.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "millrace/store/id_first.h"
#include "millrace/store/sqlite_database.h"
#include "millrace/store/sqlite_store.h"
#include "millrace/telemetry/profile.h"

namespace millrace::store {
namespace {

void bind_id(SqliteStatement& statement, int parameter, const RecordId& id, const std::string& text) {
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&id)) {
    statement.bind(parameter, *integer);
  } else {
    statement.bind(parameter, text);
  }
}

RecordId id_in_row(SqliteStatement& row, int column) {
  if (row.is_integer(column)) return row.integer(column);
  return std::string(row.text(column));
}

}  // namespace

Result<std::optional<std::string>> SqliteStore::get(const Lane& lane, const RecordId& id) {
  const auto select = select_from(lane, R"(SELECT body FROM "{}" WHERE id = ?1)");
  if (!select) return std::unexpected(select.error());
  if (*select == nullptr) return std::nullopt;
  SqliteStatement& row = **select;
  const SqliteReset reset(row);
  const std::string text = to_string(id);
  bind_id(row, 1, id, text);
  switch (row.step()) {
    case SQLITE_ROW: return id_first(id, row.text(0));
    case SQLITE_DONE: return std::nullopt;
    default: return std::unexpected(database_->last_error());
  }
}

Result<ScanEnd> SqliteStore::scan(const Lane& lane, const ScanRange& range, const RecordSink& sink) {
  const auto select = select_from(lane, range.before ? R"(SELECT id, body FROM "{}" WHERE id < ?2 ORDER BY id DESC LIMIT ?1)"
                                                     : R"(SELECT id, body FROM "{}" ORDER BY id DESC LIMIT ?1)");
  if (!select) return std::unexpected(select.error());
  ScanEnd end;
  if (*select == nullptr || range.limit == 0) return end;
  SqliteStatement& row = **select;
  const std::string before = range.before ? to_string(*range.before) : std::string();
  const SqliteReset reset(row);
  constexpr std::size_t limit_max = std::numeric_limits<std::int64_t>::max() - 1;
  row.bind(1, static_cast<std::int64_t>(std::min(range.limit, limit_max)) + 1);  // to see whether there is more
  if (range.before) bind_id(row, 2, *range.before, before);
  bool wants_more = true;
  for (std::size_t given = 0;; ++given) {
    const int code = row.step();
    if (code == SQLITE_DONE) return end;
    if (code != SQLITE_ROW) return std::unexpected(database_->last_error());
    if (given == range.limit || !wants_more) break;
    RecordId id = id_in_row(row, 0);
    const Result<std::string> object = id_first(id, row.text(1));
    if (!object) return std::unexpected(object.error());
    wants_more = sink(*object);
    end.last = std::move(id);
  }
  end.more = true;
  return end;
}

Result<std::vector<bool>> SqliteStore::remove(const Lane& lane, std::span<const RecordId> ids) {
  MILLRACE_PROFILE_SCOPE("sqlite remove", "rows", ids.size());
  const auto prepared = select_from(lane, R"(DELETE FROM "{}" WHERE id = ?1)");
  if (!prepared) return std::unexpected(prepared.error());
  if (*prepared == nullptr || ids.empty()) return std::vector<bool>(ids.size(), false);
  if (const auto ready = become_writer(); !ready) return std::unexpected(ready.error());
  if (const auto begun = run_kept("BEGIN IMMEDIATE"); !begun) return std::unexpected(begun.error());
  Result<std::vector<bool>> removed = remove_each(**prepared, ids);
  if (removed) {
    if (const auto done = run_commit(); !done) removed = std::unexpected(done.error());
  }
  if (!removed && database_->in_transaction()) std::ignore = database_->run("ROLLBACK");
  return removed;
}

Result<std::vector<bool>> SqliteStore::remove_each(SqliteStatement& remove, std::span<const RecordId> ids) {
  const SqliteReset reset(remove);
  std::vector<bool> removed;
  removed.reserve(ids.size());
  for (const RecordId& id : ids) {
    const std::string text = to_string(id);
    bind_id(remove, 1, id, text);
    const int code = remove.step();
    if ((code & 0xff) == SQLITE_CONSTRAINT) {  // of a trigger or foreign key that the user added
      return fail(Code::refused, fmt::format("{} refuses to remove id {}: {}", database_->path(), text, database_->last_words()));
    }
    if (code != SQLITE_DONE) return std::unexpected(database_->last_error());
    removed.push_back(database_->changed_a_row());
    remove.reset();
  }
  return removed;
}

Result<std::uint64_t> SqliteStore::count(const Lane& lane) {
  const auto select = select_from(lane, R"(SELECT count(*) FROM "{}")");
  if (!select) return std::unexpected(select.error());
  if (*select == nullptr) return 0;
  SqliteStatement& row = **select;
  const SqliteReset reset(row);
  if (row.step() != SQLITE_ROW) return std::unexpected(database_->last_error());
  return static_cast<std::uint64_t>(row.integer(0));
}

// The statement with the table's name in place of {}; nullptr when there is no such table.
Result<SqliteStatement*> SqliteStore::select_from(const Lane& lane, std::string_view sql_form) {
  if (auto named = check_table_name(lane.table); !named) return std::unexpected(named.error());
  bound_statements();
  const std::string sql = fmt::format(fmt::runtime(sql_form), lane.table);
  if (!statements_.contains(sql)) {
    const Result<bool> exists = find_table(lane.table);
    if (!exists) return std::unexpected(exists.error());
    if (!*exists) return nullptr;
  }
  return statement(sql);
}

}  // namespace millrace::store

// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "millrace/store/sqlite_database.h"
#include "millrace/store/transaction.h"
#include "millrace/telemetry/probe.h"
#include "millrace/telemetry/profile.h"

namespace millrace::store {
namespace {

constexpr std::int64_t layout_version = 1;
constexpr std::string_view layout = "id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL";

// For files that we create: 1.4 times the rows a second of the default 4096 (reference/prototypes.md, P2).
constexpr std::int64_t page_bytes = 16384;
// SQLite counts the log in pages, so that its default of 1,000 means 4 MiB or 64 MiB by the page's size. A larger log moves
// less into the file: a page that many transactions changed is moved once (shuffled ids: 5.1 GiB written with 32 MiB, 3.9
// with 128). It is disk space while a load runs.
constexpr std::int64_t log_bytes_max = 64 << 20;
constexpr std::int64_t cache_kib = 8192;
constexpr std::size_t statements_max = 512;

std::string insert_sql(const Lane& lane, OnDuplicate on_duplicate) {
  const auto conflict_clause = [&] {
    switch (on_duplicate) {
      case OnDuplicate::fail: return "";
      case OnDuplicate::skip: return " ON CONFLICT(id) DO NOTHING";
      case OnDuplicate::replace:
        return " ON CONFLICT(id) DO UPDATE SET body = excluded.body, created_at = excluded.created_at";
    }
    std::unreachable();
  };
  return fmt::format(R"(INSERT INTO "{}" (id, body, created_at) VALUES (?1, ?2, ?3){})", lane.table, conflict_clause());
}

void bind_id(SqliteStatement& statement, int parameter, const IdView& id) {
  if (id.kind == IdView::Kind::integer) {
    statement.bind(parameter, id.integer);
  } else {
    statement.bind(parameter, id.text);
  }
}

// `text` is the id's, and outlives the statement's run.
// A record of a transaction.
struct Row {
  Block* block = nullptr;
  std::size_t index = 0;     // in its block
  std::size_t position = 0;  // in its batch
};

// As SQLite orders ids: integers before texts.
bool id_is_less(const Row& left, const Row& right) {
  const IdView a = left.block->id(left.index);
  const IdView b = right.block->id(right.index);
  const bool a_is_text = a.kind != IdView::Kind::integer;
  const bool b_is_text = b.kind != IdView::Kind::integer;
  if (a_is_text != b_is_text) return b_is_text;
  return a_is_text ? a.text < b.text : a.integer < b.integer;
}

// The transaction's records in the order in which they are inserted: by id, those of one id in their own order. So a page of
// the index is visited once in a transaction, however shuffled the ids arrive, where it would else be read, written to the
// log and dropped from the cache again and again. The outcome is the same, for records of different ids do not meet.
std::vector<Row> rows_by_id(const Transaction& transaction) {
  std::vector<Row> rows;
  rows.reserve(transaction.last - transaction.first);
  for (const BlockRun& run : transaction.runs) {
    for (std::size_t i = run.first; i < run.last; ++i) rows.push_back({run.block, i, transaction.first + rows.size()});
  }
  if (!std::ranges::is_sorted(rows, id_is_less)) std::ranges::stable_sort(rows, id_is_less);
  return rows;
}

// The column created_at of a row; in a transaction most rows have the same, so that it is formatted once for them.
class CreatedAtText {
 public:
  std::string_view operator()(Timestamp time) {
    if (time != time_) {
      write_rfc3339_milliseconds(time, text_);
      time_ = time;
    }
    return {text_.data(), text_.size()};
  }

 private:
  std::optional<Timestamp> time_;
  std::array<char, rfc3339_milliseconds_size> text_;
};

}  // namespace

SqliteStore::SqliteStore(SqliteDatabase database, const Clock& clock)
    : clock_(clock), database_(std::make_unique<SqliteDatabase>(std::move(database))) {}

SqliteStore::~SqliteStore() {
  MILLRACE_PROFILE_SCOPE("sqlite close");  // which moves the log into the file
  statements_.clear();
  database_.reset();
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, const SqliteOptions& options,
                                                       const Clock& clock) {
  Result<SqliteDatabase> database = SqliteDatabase::open(path, options.create, options.busy_timeout);
  if (!database) return std::unexpected(std::move(database).error());
  const Result<std::int64_t> version = database->integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version > layout_version) {
    return fail(Code::refused, fmt::format("{} has user_version {}, and this millrace knows {}: another program's file, "
                                           "or a later millrace's",
                                           path, *version, layout_version));
  }
  return std::unique_ptr<SqliteStore>(new SqliteStore(*std::move(database), clock));
}

Result<void> SqliteStore::prepare(const Lane& lane) {
  MILLRACE_PROFILE_SCOPE("prepare table");
  if (auto named = check_table_name(lane.table); !named) return named;
  const Result<bool> exists = find_table(lane.table);
  if (!exists) return std::unexpected(exists.error());
  if (auto ready = become_writer(); !ready) return ready;
  if (*exists) return {};
  return database_->run(fmt::format(R"(CREATE TABLE IF NOT EXISTS "{}" ({}) STRICT)", lane.table, layout));
}

Result<void> SqliteStore::drop(const Lane& lane) {
  const Result<bool> exists = find_table(lane.table);
  if (!exists || !*exists) return exists ? Result<void>() : std::unexpected(exists.error());
  statements_.clear();
  return database_->run(fmt::format(R"(DROP TABLE "{}")", lane.table));
}

// Whether there is a table of ours by that name. CREATE TABLE IF NOT EXISTS would be content with any table or view of the
// name, in any case of letters.
Result<bool> SqliteStore::find_table(const std::string& table) {
  const auto look = statement(R"(
      SELECT name, type || iif(strict, ' STRICT', ''), (
          SELECT group_concat(name || ' ' || type || iif(pk, ' PRIMARY KEY', '') || iif("notnull", ' NOT NULL', ''), ', ')
          FROM pragma_table_info(?1))
      FROM pragma_table_list(?1) WHERE schema = 'main')");
  if (!look) return std::unexpected(look.error());
  SqliteStatement& found = **look;
  const SqliteReset reset(found);
  found.bind(1, table);
  const int code = found.step();
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_ROW) return std::unexpected(database_->last_error());
  if (found.text(0) != table) {
    return fail(Code::refused, fmt::format("{} has a table {}, which SQLite takes for the same name as {}",
                                           database_->path(), found.text(0), table));
  }
  if (found.text(1) == "table STRICT" && found.text(2) == layout) return true;
  return fail(Code::refused, fmt::format("{} has a {} {} of another layout: ({}), where millrace expects ({}) STRICT",
                                         database_->path(), found.text(1), table, found.text(2), layout));
}

// The settings that only a writer needs: reading a file leaves it as it is.
Result<void> SqliteStore::become_writer() {
  if (writer_) return {};
  if (database_->is_read_only()) return fail(Code::forbidden, fmt::format("{} cannot be written", database_->path()));
  const Result<std::int64_t> pages = database_->integer("PRAGMA page_count");
  if (!pages) return std::unexpected(pages.error());
  if (*pages == 0) {
    if (auto sized = database_->run(fmt::format("PRAGMA page_size = {}", page_bytes)); !sized) return sized;
  }
  if (auto logged = database_->run("PRAGMA journal_mode = WAL"); !logged) return logged;
  const Result<std::int64_t> page_size = database_->integer("PRAGMA page_size");
  if (!page_size) return std::unexpected(page_size.error());
  const auto set = database_->run(fmt::format(
      R"(PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = {};
         PRAGMA journal_size_limit = {};
         PRAGMA cache_size = -{};
         PRAGMA user_version = {})",
      log_bytes_max / *page_size, log_bytes_max, cache_kib, layout_version));
  if (!set) return set;
  writer_ = true;
  return {};
}

void SqliteStore::write(Batch batch, Completion done) {
  bound_statements();
  Outcomes outcomes(batch.size());
  for (const Transaction& transaction : transactions_of(batch)) {
    const Result<void> committed = commit(batch, transaction, outcomes);
    if (committed) continue;
    // A record, by a trigger, may have been at fault; else the next transaction would fare no better.
    const bool goes_on = committed.error().code == Code::refused || committed.error().code == Code::duplicate;
    outcomes.unsettle(transaction.first, goes_on ? transaction.last : batch.size(), committed.error());
    if (!goes_on) break;
  }
  done(std::move(outcomes).take());
}

Result<void> SqliteStore::commit(const Batch& batch, const Transaction& transaction, Outcomes& outcomes) {
  MILLRACE_PROFILE_SCOPE("sqlite transaction", "rows", transaction.last - transaction.first);
  if (auto begun = run_kept("BEGIN IMMEDIATE"); !begun) return begun;
  MILLRACE_PROBE(commit_begin, transaction.last - transaction.first);
  Result<void> done = insert(batch, transaction, outcomes);
  if (done && batch.checkpoint != nullptr) {
    const Result<Checkpoint> checkpoint = (*batch.checkpoint)(batch, transaction.last, outcomes.records());
    done = checkpoint ? put_checkpoint(*checkpoint) : std::unexpected(checkpoint.error());
  }
  if (done) done = run_commit();
  // SQLite has rolled back by itself after some errors. Should this fail too, the next BEGIN says so.
  if (!done && database_->in_transaction()) std::ignore = database_->run("ROLLBACK");
  MILLRACE_PROBE(commit_end, transaction.last - transaction.first, static_cast<int>(done.has_value()));
  return done;
}

Result<void> SqliteStore::run_commit() {
  MILLRACE_PROFILE_SCOPE("sqlite commit");
  return run_kept("COMMIT");
}

// The hot loop: nothing is allocated for a record, and no text is copied before SQLite's own page.
Result<void> SqliteStore::insert(const Batch& batch, const Transaction& transaction, Outcomes& outcomes) {
  MILLRACE_PROFILE_SCOPE("sqlite insert", "rows", transaction.last - transaction.first);
  const auto prepared = statement(insert_sql(batch.lane, batch.on_duplicate));
  if (!prepared) return std::unexpected(prepared.error());
  SqliteStatement& insert = **prepared;
  const SqliteReset reset(insert);

  const Timestamp now = clock_.now();
  for (const BlockRun& run : transaction.runs) run.block->stamp(run.first, run.last, now);
  CreatedAtText created_at;
  for (const Row& row : rows_by_id(transaction)) {
    const IdView id = row.block->id(row.index);
    bind_id(insert, 1, id);
    insert.bind(2, row.block->body(row.index));
    insert.bind(3, created_at(row.block->entries[row.index].created_at.value_or(now)));
    const int code = insert.step();
    if (code != SQLITE_DONE) {
      const auto settled = settle_failed_row(id, batch.lane, row.position, code, outcomes);
      if (!settled) return settled;
    } else if (batch.on_duplicate == OnDuplicate::skip && !database_->changed_a_row()) {
      outcomes.skip(row.position);
    }
    insert.reset();
  }
  return {};
}

// What a failed row means: its own fault, or an error when the transaction is lost.
Result<void> SqliteStore::settle_failed_row(const IdView& id, const Lane& lane, std::size_t index, int code,
                                            Outcomes& outcomes) {
  if (!database_->in_transaction()) return std::unexpected(database_->last_error());
  const char* const words = database_->last_words();
  if (code == SQLITE_CONSTRAINT_PRIMARYKEY) {
    Error error = duplicate_error(id, lane);
    error.message += fmt::format(" ({})", words);
    outcomes.reject(index, std::move(error));
  } else if (code == SQLITE_CONSTRAINT_UNIQUE) {  // of an index that the user added
    outcomes.reject(index,
                    {Code::duplicate, fmt::format("table {} refuses id {}: {}", lane.table, id.to_string(), words), {}});
  } else if ((code & 0xff) == SQLITE_CONSTRAINT) {  // of a trigger or check that the user added
    outcomes.reject(index,
                    {Code::refused, fmt::format("table {} refuses id {}: {}", lane.table, id.to_string(), words), {}});
  } else if (((code & 0xff) == SQLITE_ERROR || code == SQLITE_MISMATCH) && !std::string_view(words).starts_with("no such table")) {
    // of an expression that the user added, as an index over json_extract()
    outcomes.reject(index, {Code::refused, fmt::format("table {} refuses id {}: {}", lane.table, id.to_string(), words), {}});
  } else if (code == SQLITE_TOOBIG) {
    outcomes.reject(index, {Code::too_large, fmt::format("id {} is larger than SQLite allows", id.to_string()), {}});
  } else {
    return std::unexpected(database_->last_error());
  }
  return {};
}

// Of what every transaction runs: compiled once.
Result<void> SqliteStore::run_kept(const std::string& sql) {
  const auto prepared = statement(sql);
  if (!prepared) return std::unexpected(prepared.error());
  const SqliteReset reset(**prepared);
  if ((*prepared)->step() != SQLITE_DONE) return std::unexpected(database_->last_error());
  return {};
}

// A gateway's clients may name any number of tables.
void SqliteStore::bound_statements() {
  if (statements_.size() > statements_max) statements_.clear();
}

// Prepared on first use.
Result<SqliteStatement*> SqliteStore::statement(const std::string& sql) {
  if (const auto kept = statements_.find(sql); kept != statements_.end()) return &kept->second;
  Result<SqliteStatement> prepared = database_->prepare(sql);
  if (!prepared) return std::unexpected(std::move(prepared).error());
  return &statements_.try_emplace(sql, *std::move(prepared)).first->second;
}

}  // namespace millrace::store

// SPDX-License-Identifier: Apache-2.0
//
// SQLite's C API in this house's words: owned handles, and errors that say what happened to which file and what helps.
// Private to store/sqlite_*: no other file includes sqlite3.h.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::store {

// A prepared statement. Bound text is borrowed until the next reset().
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  // Parameters count from 1, columns from 0. A binding fails only for a defect of ours: an assertion.
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text);
  // SQLITE_ROW, SQLITE_DONE, or the extended error code.
  int step() { return sqlite3_step(statement_.get()); }
  void reset() { sqlite3_reset(statement_.get()); }

  bool is_integer(int column) { return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER; }
  std::int64_t integer(int column) { return sqlite3_column_int64(statement_.get(), column); }
  std::string_view text(int column);  // until the next step() or reset()

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets a statement when its use ends: until then a SELECT keeps its snapshot, and the log cannot start over.
class SqliteReset {
 public:
  explicit SqliteReset(SqliteStatement& statement) : statement_(statement) {}
  ~SqliteReset() { statement_.reset(); }
  SqliteReset(const SqliteReset&) = delete;
  SqliteReset& operator=(const SqliteReset&) = delete;

 private:
  SqliteStatement& statement_;
};

// One connection. Closing it as the file's last one moves the log into the file and removes it.
class SqliteDatabase {
 public:
  // Reads the file's first page, and writes nothing but an empty file where there is none and `create` asks for one.
  static Result<SqliteDatabase> open(const std::string& path, bool create, std::chrono::milliseconds busy_timeout);

  Result<SqliteStatement> prepare(std::string_view sql);
  // Runs a text of one or more statements and drops their rows.
  Result<void> run(const std::string& sql);
  // The first column of the first row, as an integer; 0 when there is no row.
  Result<std::int64_t> integer(std::string_view sql);

  bool is_read_only() { return sqlite3_db_readonly(connection_.get(), "main") == 1; }
  bool in_transaction() { return sqlite3_get_autocommit(connection_.get()) == 0; }
  bool changed_a_row() { return sqlite3_changes(connection_.get()) != 0; }
  const char* last_words() { return sqlite3_errmsg(connection_.get()); }
  // What the call that failed last means to the user.
  Error last_error();
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
  };
  SqliteDatabase(std::string path, sqlite3* connection) : path_(std::move(path)), connection_(connection) {}

  std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace millrace::store

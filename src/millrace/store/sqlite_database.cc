// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/sqlite_database.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::store {
namespace {

namespace fs = std::filesystem;

// What SQLite itself would only call "unable to open database file".
Result<void> check_path(const std::string& path, bool create) {
  std::error_code unused;
  if (path.empty()) return fail(Code::invalid_argument, "a SQLite store needs a file, as in sqlite:posts.db");
  if (fs::is_directory(path, unused)) return fail(Code::invalid_argument, fmt::format("{} is a folder", path));
  if (fs::exists(path, unused)) return {};
  if (!create) return fail(Code::not_found, fmt::format("{}: no such file", path));
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, unused)) {
    return fail(Code::not_found, fmt::format("{}: there is no folder {}", path, folder.string()));
  }
  return {};
}

// SQLite takes ":memory:" and "file:…" for something else than a file of that name.
std::string as_file_name(const std::string& path) {
  return path.starts_with(':') || path.starts_with("file:") ? "./" + path : path;
}

// SQLite's count of the memory that it uses costs a lock for every allocation: 5 % of the CPU of a load's writing. It is a
// setting of the process, taken only before its first use of SQLite; when another was first, we go without.
void stop_counting_memory() {
  [[maybe_unused]] static const int taken = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

std::string system_words(sqlite3* connection) {
  const int number = sqlite3_system_errno(connection);
  return number == 0 ? "" : fmt::format(": {}", std::strerror(number));
}

Error to_error(sqlite3* connection, const std::string& path) {
  const int code = sqlite3_extended_errcode(connection);
  const char* const words = sqlite3_errmsg(connection);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {Code::unavailable, fmt::format("another process holds a lock on {}", path), {}};
    case SQLITE_FULL:
      return {Code::io, fmt::format("the disk is full: {} cannot grow; make room and run this again", path), {}};
    case SQLITE_IOERR:
      return {Code::io, fmt::format("the disk under {} failed ({}{})", path, words, system_words(connection)), {}};
    case SQLITE_CORRUPT:
      return {Code::io,
              fmt::format("{} is damaged ({}); use a copy, or save what is left: sqlite3 {} .recover", path, words, path),
              {}};
    case SQLITE_NOTADB: return {Code::invalid_argument, fmt::format("{} is not a SQLite database", path), {}};
    case SQLITE_READONLY: return {Code::forbidden, fmt::format("{} cannot be written ({})", path, words), {}};
    case SQLITE_CANTOPEN:
      return {Code::io, fmt::format("{} cannot be opened ({}{})", path, words, system_words(connection)), {}};
    case SQLITE_NOMEM: return {Code::io, fmt::format("no memory is left for work on {}", path), {}};
    case SQLITE_CONSTRAINT:  // a trigger's RAISE(ROLLBACK)
      return {Code::refused, fmt::format("{} refuses the transaction: {}", path, words), {}};
    default: return {Code::internal, fmt::format("{}: {} (SQLite's code {})", path, words, code), {}};
  }
}

}  // namespace

void SqliteStatement::bind(int parameter, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), parameter, value);
  MILLRACE_ASSERT(code == SQLITE_OK);
}

void SqliteStatement::bind(int parameter, std::string_view text) {
  // A null pointer would bind NULL.
  const char* const data = text.empty() ? "" : text.data();
  const int code = sqlite3_bind_text64(statement_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  MILLRACE_ASSERT(code == SQLITE_OK);
}

std::string_view SqliteStatement::text(int column) {
  const unsigned char* const data = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path, bool create, std::chrono::milliseconds busy_timeout) {
  if (auto usable = check_path(path, create); !usable) return std::unexpected(usable.error());
  stop_counting_memory();
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(as_file_name(path).c_str(), &connection, flags, nullptr);
  SqliteDatabase database(path, connection);
  if (code != SQLITE_OK) return std::unexpected(database.last_error());
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, static_cast<int>(busy_timeout.count()));
  // The first read tells a database from another file.
  if (auto read = database.integer("PRAGMA schema_version"); !read) return std::unexpected(read.error());
  return database;
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(last_error());
  return SqliteStatement(statement);
}

Result<void> SqliteDatabase::run(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(last_error());
  return {};
}

Result<std::int64_t> SqliteDatabase::integer(std::string_view sql) {
  Result<SqliteStatement> statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  switch (statement->step()) {
    case SQLITE_ROW: return statement->integer(0);
    case SQLITE_DONE: return 0;
    default: return std::unexpected(last_error());
  }
}

Error SqliteDatabase::last_error() { return to_error(connection_.get(), path_); }

}  // namespace millrace::store

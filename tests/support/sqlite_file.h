// SPDX-License-Identifier: Apache-2.0
//
// A SQLite file as another program sees it, by SQLite's own API.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace millrace::testing {

class SqliteFile {
 public:
  explicit SqliteFile(const std::string& path) { EXPECT_EQ(sqlite3_open(path.c_str(), &connection_), SQLITE_OK); }
  ~SqliteFile() { sqlite3_close(connection_); }
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  // Runs the text and gives its rows: columns parted by '|', rows by '\n'. An error fails the test.
  std::string ask(const std::string& sql) {
    std::string rows;
    const auto add_row = [](void* context, int columns, char** values, char**) {
      std::string& out = *static_cast<std::string*>(context);
      if (!out.empty()) out += '\n';
      for (int i = 0; i < columns; ++i) (out += i == 0 ? "" : "|") += values[i] == nullptr ? "NULL" : values[i];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(connection_, sql.c_str(), add_row, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(connection_);
    return rows;
  }

 private:
  sqlite3* connection_ = nullptr;
};

}  // namespace millrace::testing

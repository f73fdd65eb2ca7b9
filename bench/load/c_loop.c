// SPDX-License-Identifier: Apache-2.0
//
// What a careful C programmer writes to load NDJSON into SQLite: one prepared INSERT, bound without copies, many rows a
// transaction, write-ahead log and synchronous=FULL. It is what `millrace load` is measured against (sqlite_bench.py), and
// it does less: a line is taken for valid, its id is found by a search for the text "id":", and created_at is the start.
//
//   c_loop posts.ndjson posts.db [--without-rowid] [--page-size N] [--wal-autocheckpoint N] [--cache-kib N]
//
// Without options the pragmas are SQLite's own. It exits with 1 at the first error.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

enum { rows_per_transaction = 10000 };

static sqlite3* database;

static void check(int code, int expected, const char* what) {
  if (code == expected) return;
  fprintf(stderr, "c_loop: %s: %s\n", what, sqlite3_errmsg(database));
  exit(1);
}

static void run(const char* sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK, sql); }

static void set_pragma(const char* name, const char* value) {
  char sql[128];
  snprintf(sql, sizeof sql, "PRAGMA %s = %s", name, value);
  run(sql);
}

static void load(FILE* input, sqlite3_stmt* insert, const char* created_at) {
  static const char member[] = "\"id\":\"";
  char* line = NULL;
  size_t capacity = 0;
  ssize_t size = 0;
  long rows = 0;
  while ((size = getline(&line, &capacity, input)) > 0) {
    if (line[size - 1] == '\n') line[--size] = '\0';
    const char* id = strstr(line, member);
    const char* end = id == NULL ? NULL : strchr(id + sizeof member - 1, '"');
    if (end == NULL) {
      fprintf(stderr, "c_loop: a line without an id\n");
      exit(1);
    }
    id += sizeof member - 1;
    if (rows % rows_per_transaction == 0) run("BEGIN IMMEDIATE");
    sqlite3_bind_text(insert, 1, id, (int)(end - id), SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, line, (int)size, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, created_at, -1, SQLITE_STATIC);
    check(sqlite3_step(insert), SQLITE_DONE, "INSERT");
    sqlite3_reset(insert);
    if (++rows % rows_per_transaction == 0) run("COMMIT");
  }
  if (rows % rows_per_transaction != 0) run("COMMIT");
  free(line);
}

int main(int argc, char** argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: c_loop INPUT DATABASE [--without-rowid] [--page-size N] [--wal-autocheckpoint N] [--cache-kib N]\n");
    return 2;
  }
  FILE* input = fopen(argv[1], "r");
  if (input == NULL) {
    perror(argv[1]);
    return 1;
  }
  check(sqlite3_open(argv[2], &database), SQLITE_OK, argv[2]);

  const char* table =
      "CREATE TABLE post (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT";
  for (int i = 3; i < argc; ++i) {
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    char kib[32];
    if (strcmp(argv[i], "--without-rowid") == 0) {
      table = "CREATE TABLE post (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) WITHOUT ROWID";
      continue;
    }
    if (strcmp(argv[i], "--page-size") == 0) set_pragma("page_size", value);
    if (strcmp(argv[i], "--wal-autocheckpoint") == 0) set_pragma("wal_autocheckpoint", value);
    if (strcmp(argv[i], "--cache-kib") == 0) {
      snprintf(kib, sizeof kib, "-%s", value);
      set_pragma("cache_size", kib);
    }
    ++i;
  }
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run(table);

  sqlite3_stmt* insert = NULL;
  check(sqlite3_prepare_v2(database, "INSERT INTO post (id, body, created_at) VALUES (?1, ?2, ?3)", -1, &insert, NULL),
        SQLITE_OK, "prepare");
  char created_at[32];
  const time_t now = time(NULL);
  strftime(created_at, sizeof created_at, "%Y-%m-%dT%H:%M:%S.000Z", gmtime(&now));
  load(input, insert, created_at);
  sqlite3_finalize(insert);
  check(sqlite3_close(database), SQLITE_OK, "close");
  fclose(input);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// What a durable create costs without any server: SQLite's C API in one thread, an INSERT and its fsync for each post.
//   bare_insert DATABASE SECONDS
// Prints {"requests", "seconds", "p50_ms", "p99_ms"}. The table, the file's settings and the size of a post are the gateway's.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int by_size(const void* a, const void* b) {
  const double left = *(const double*)a, right = *(const double*)b;
  return (left > right) - (left < right);
}

static void check(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  fprintf(stderr, "bare_insert: %s\n", sqlite3_errmsg(database));
  exit(1);
}

int main(int argc, char** argv) {
  if (argc != 3) return fprintf(stderr, "usage: bare_insert DATABASE SECONDS\n"), 2;
  sqlite3* database = NULL;
  check(database, sqlite3_open(argv[1], &database));
  check(database, sqlite3_exec(database,
                               "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096;"
                               "CREATE TABLE post (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT",
                               NULL, NULL, NULL));
  sqlite3_stmt* insert = NULL;
  check(database, sqlite3_prepare_v2(database, "INSERT INTO post (id, body, created_at) VALUES (?1, ?2, ?3)", -1, &insert, NULL));
  const char* const content =
      "the water turns the wheel again today; the water turns the wheel again today; the water turns the wheel again today; "
      "the water turns the wheel again today; the water turns the wheel again today; ";
  const size_t times_max = 1u << 22;
  double* const times = malloc(times_max * sizeof *times);
  const double end = now() + atof(argv[2]), begin = now();
  size_t count = 0;
  for (double start = begin; start < end && count < times_max; ++count) {
    char id[64], body[600];
    snprintf(id, sizeof id, "0190f3c2-%04zx-7%03zx-9d3c-%012zx", count >> 12 & 0xffff, count & 0xfff, count);
    snprintf(body, sizeof body,
             "{\"id\":\"%s\",\"title\":\"post %zu\",\"content\":\"%s\",\"author\":\"ada\",\"lang\":\"en\",\"created_at\":\"2026-11-25T12:00:00.000Z\"}", id,
             count, content);
    sqlite3_bind_text(insert, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, body, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, "2026-11-25T12:00:00.000Z", -1, SQLITE_STATIC);
    check(database, sqlite3_step(insert));
    check(database, sqlite3_reset(insert));
    const double done = now();
    times[count] = done - start;
    start = done;
  }
  const double seconds = now() - begin;
  qsort(times, count, sizeof *times, by_size);
  printf("{\"requests\": %zu, \"seconds\": %.6f, \"p50_ms\": %.4f, \"p99_ms\": %.4f, \"late\": 0}\n", count, seconds, times[count / 2] * 1e3, times[count * 99 / 100] * 1e3);
  sqlite3_finalize(insert);
  sqlite3_close(database);
  free(times);
  return 0;
}

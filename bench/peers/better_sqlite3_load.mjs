// SPDX-License-Identifier: Apache-2.0
//
// What a careful Node programmer writes to load NDJSON into SQLite: better-sqlite3, one prepared INSERT, 10,000 rows a
// transaction, write-ahead log, synchronous=FULL; the file is read in large pieces, not with readline, which is slower.
//   node better_sqlite3_load.mjs POSTS DATABASE
// Prints {"records", "sqlite"}. The table is millrace's.
import fs from "node:fs";
import { createRequire } from "node:module";

const Database = createRequire(new URL("../../tools/peers/package.json", import.meta.url))("better-sqlite3");
const rowsPerTransaction = 10000;
const [file, path] = process.argv.slice(2);

function* lines(name) {
  const input = fs.openSync(name, "r");
  const piece = Buffer.alloc(1 << 20);
  let rest = Buffer.alloc(0);
  for (let size; (size = fs.readSync(input, piece)) > 0;) {
    const read = Buffer.concat([rest, piece.subarray(0, size)]);
    let from = 0;
    for (let to; (to = read.indexOf(10, from)) >= 0; from = to + 1) yield read.toString("utf8", from, to);
    rest = read.subarray(from);
  }
  if (rest.length > 0) yield rest.toString("utf8");
  fs.closeSync(input);
}

const database = new Database(path);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE post (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT");
const insert = database.prepare("INSERT INTO post (id, body, created_at) VALUES (?, ?, ?)");
const now = new Date().toISOString();
let records = 0;
for (const line of lines(file)) {
  if (records % rowsPerTransaction === 0) database.exec("BEGIN IMMEDIATE");
  insert.run(JSON.parse(line).id, line, now);
  if (++records % rowsPerTransaction === 0) database.exec("COMMIT");
}
if (database.inTransaction) database.exec("COMMIT");
const { version } = database.prepare("SELECT sqlite_version() AS version").get();
database.close();
console.log(JSON.stringify({ records, sqlite: version }));

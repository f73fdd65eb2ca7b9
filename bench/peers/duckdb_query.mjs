// SPDX-License-Identifier: Apache-2.0
//
// DuckDB over a file of posts. The fields that the query reads are named with their types, so that nothing is guessed.
//   node duckdb_query.mjs filter_map|group_by POSTS OUTPUT THREADS
// Prints {"seconds", "peak_bytes", "duckdb"}: of the query alone, and of the whole process.
import fs from "node:fs";
import { createRequire } from "node:module";

const { DuckDBInstance } = createRequire(new URL("../../tools/peers/package.json", import.meta.url))("@duckdb/node-api");
const [task, input, output, threads] = process.argv.slice(2);
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const posts = (columns) => `read_json(${quote(input)}, format = 'newline_delimited', columns = ${columns})`;
const queries = {
  filter_map: `SELECT id, title, score * 2 AS score FROM ${posts("{id: 'VARCHAR', title: 'VARCHAR', score: 'BIGINT'}")} WHERE score >= 50000`,
  group_by: `SELECT lang, count(*) AS count, avg(score) AS mean FROM ${posts("{lang: 'VARCHAR', score: 'BIGINT'}")} GROUP BY lang`,
};

const instance = await DuckDBInstance.create(":memory:", { threads });
const connection = await instance.connect();
const start = process.hrtime.bigint();
await connection.run(`COPY (${queries[task]}) TO ${quote(output)} (FORMAT json)`);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const version = (await connection.runAndReadAll("SELECT version()")).getRows()[0][0];
const peak = Number(/VmHWM:\s*(\d+) kB/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
console.log(JSON.stringify({ seconds, peak_bytes: peak, duckdb: version }));

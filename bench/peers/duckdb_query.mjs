// SPDX-License-Identifier: Apache-2.0
//
// DuckDB over a file of posts or of Reuters' stories. The fields that the query reads are named with their types, so that nothing is
// guessed.
//   node duckdb_query.mjs posts|reuters filter_map|group_by FILE OUTPUT THREADS
// Prints {"seconds", "peak_bytes", "duckdb"}: of the query alone, and of the whole process.
import fs from "node:fs";
import { createRequire } from "node:module";

const { DuckDBInstance } = createRequire(new URL("../../tools/peers/package.json", import.meta.url))("@duckdb/node-api");
const [data, task, input, output, threads] = process.argv.slice(2);
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const records = (columns) => `read_json(${quote(input)}, format = 'newline_delimited', columns = ${columns})`;
const queries = {
  posts: {
    filter_map: `SELECT id, upper(title) AS title, score * 2 AS score
                 FROM ${records("{id: 'VARCHAR', title: 'VARCHAR', score: 'BIGINT'}")} WHERE score >= 50000`,
    group_by: `SELECT lang, count(*) AS count, avg(score) AS mean FROM ${records("{lang: 'VARCHAR', score: 'BIGINT'}")} GROUP BY lang`,
  },
  reuters: {
    filter_map: `SELECT id, upper(title) AS title, length(body) AS length
                 FROM ${records("{id: 'VARCHAR', title: 'VARCHAR', body: 'VARCHAR', places: 'VARCHAR[]'}")}
                 WHERE title IS NOT NULL AND body IS NOT NULL AND list_contains(places, 'usa')`,
    group_by: `SELECT places[1] AS place, count(*) AS count, avg(length(title)) AS mean
               FROM ${records("{title: 'VARCHAR', places: 'VARCHAR[]'}")} WHERE title IS NOT NULL GROUP BY place`,
  },
};

const instance = await DuckDBInstance.create(":memory:", { threads });
const connection = await instance.connect();
const start = process.hrtime.bigint();
await connection.run(`COPY (${queries[data][task]}) TO ${quote(output)} (FORMAT json)`);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const version = (await connection.runAndReadAll("SELECT version()")).getRows()[0][0];
const peak = Number(/VmHWM:\s*(\d+) kB/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
console.log(JSON.stringify({ seconds, peak_bytes: peak, duckdb: version }));

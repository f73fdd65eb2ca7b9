#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// Prints how many records a table has, by the official SDK:
//   node count.mjs ws://root:root@127.0.0.1:8000/NAMESPACE/DATABASE TABLE
// Exit status: 0 counted, 1 the server refused (no such table, wrong password), 2 wrong command line.

import { Table } from "surrealdb";
import { open_client } from "./src/client.mjs";

const [address, table, ...rest] = process.argv.slice(2);
if (!table || rest.length > 0) {
  process.stderr.write("usage: node count.mjs ws://USER:PASS@HOST:PORT/NAMESPACE/DATABASE TABLE\n");
  process.exit(2);
}
try {
  const db = await open_client(address);
  const [rows] = await db.query("SELECT count() FROM $table GROUP ALL", { table: new Table(table) });
  process.stdout.write(`${rows[0]?.count ?? 0}\n`);
  await db.close();
} catch (error) {
  process.stderr.write(`count: ${error.message}\n`);
  process.exit(1);
}

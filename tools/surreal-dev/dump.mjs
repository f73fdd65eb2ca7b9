#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// Prints a table's records as NDJSON, in the order of their ids, by the official SDK:
//   node dump.mjs ws://root:root@127.0.0.1:8000/NAMESPACE/DATABASE TABLE
// `id` comes first and is the key alone: text, or a number where the key is a number. The other fields follow
// sorted by name. Datetimes, decimals, uuids, durations and records are text, bytes are base64, NONE is left out.
// Exit status as count.mjs.

import { once } from "node:events";
import { BoundExcluded, RecordIdRange } from "surrealdb";
import { open_client } from "./src/client.mjs";

const PAGE_RECORDS = 500; // records may be 1 MiB each

function to_json(value) {
  if (value === null || value === undefined) return "null";
  if (typeof value === "bigint") return String(value); // JSON.stringify refuses it
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (value instanceof ArrayBuffer) return to_json(new Uint8Array(value));
  if (Array.isArray(value)) return `[${value.map(to_json).join(",")}]`;
  if (value instanceof Set) return to_json([...value]);
  if (typeof value === "object" && typeof value.toJSON === "function") return to_json(value.toJSON());
  if (typeof value === "object") return object_json(value, Object.keys(value).sort());
  return JSON.stringify(value);
}

function object_json(object, names) {
  const fields = names.filter((name) => object[name] !== undefined);
  return `{${fields.map((name) => `${JSON.stringify(name)}:${to_json(object[name])}`).join(",")}}`;
}

function record_json({ id, ...fields }) {
  const rest = object_json(fields, Object.keys(fields).sort());
  return `{"id":${to_json(id.id)}${rest === "{}" ? "}" : `,${rest.slice(1)}`}`;
}

async function dump(db, table) {
  let after; // pages go by id, so that a late page costs no more than the first
  for (;;) {
    const range = new RecordIdRange(table, after, undefined);
    const [rows] = await db.query(`SELECT * FROM $range LIMIT ${PAGE_RECORDS}`, { range });
    if (rows.length === 0) return;
    const more = process.stdout.write(rows.map((row) => `${record_json(row)}\n`).join(""));
    if (!more) await once(process.stdout, "drain");
    after = new BoundExcluded(rows[rows.length - 1].id.id);
  }
}

const [address, table, ...rest] = process.argv.slice(2);
if (!table || rest.length > 0) {
  process.stderr.write("usage: node dump.mjs ws://USER:PASS@HOST:PORT/NAMESPACE/DATABASE TABLE\n");
  process.exit(2);
}
try {
  const db = await open_client(address);
  await dump(db, table);
  await db.close();
} catch (error) {
  process.stderr.write(`dump: ${error.message}\n`);
  process.exit(1);
}

// SPDX-License-Identifier: Apache-2.0
//
// The two ways that millrace is measured against, through the official JS SDK:
//   node surreal_rival.mjs URL NS DB TABLE FILE COUNT single    one awaited call for each post
//   node surreal_rival.mjs URL NS DB TABLE FILE COUNT joined    statements pasted together, 1,000 a call
// Prints {"records","seconds"}. The SDK is the one of tools/surreal-dev.
import fs from "node:fs";
import readline from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../tools/surreal-dev/package.json", import.meta.url));
globalThis.WebSocket ??= require("ws");
const { Surreal, RecordId, Table } = await import(pathToFileURL(require.resolve("surrealdb")));

const [url, namespace, database, table, file, count, way] = process.argv.slice(2);
const joinedPerCall = 1000;

async function readPosts() {
  const posts = [];
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    if (posts.length === Number(count)) break;
    posts.push(JSON.parse(line));
  }
  return posts;
}

const quote = (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const db = new Surreal();
await db.connect(url, { namespace, database, authentication: { username: "root", password: "root" } });
await db.query("DEFINE TABLE IF NOT EXISTS " + table);
const posts = await readPosts();
const start = process.hrtime.bigint();
if (way === "single") {
  for (const { id, ...post } of posts) {
    await db.query("CREATE $id CONTENT $post RETURN NONE", { id: new RecordId(table, id), post });
  }
} else {
  for (let at = 0; at < posts.length; at += joinedPerCall) {
    const statements = posts.slice(at, at + joinedPerCall).map(
      (post) => `CREATE ${table} SET title = ${quote(post.title)}, content = ${quote(post.content)}, created_at = time::now()`);
    await db.query(statements.join(";"));
  }
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const [found] = await db.query(`SELECT count() FROM ${table} GROUP ALL`);
if (found[0]?.count !== posts.length) throw new Error(`expected ${posts.length} records, found ${JSON.stringify(found)}`);
console.log(JSON.stringify({ records: posts.length, seconds }));
await db.close();
process.exit(0);

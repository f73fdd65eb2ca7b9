// SPDX-License-Identifier: Apache-2.0
//
// The ways that millrace is measured against, through the official JS SDK:
//   node surreal_rival.mjs URL TABLE FILE COUNT single    one awaited call for each post
//   node surreal_rival.mjs URL TABLE FILE COUNT concurrent=64   the same, so many under way at a time
//   node surreal_rival.mjs URL TABLE FILE COUNT joined    statements pasted together, 1,000 a call
// URL is ws://USER:PASS@HOST:PORT/NAMESPACE/DATABASE. Prints {"records","seconds"}. The SDK is the one of tools/surreal-dev.
import fs from "node:fs";
import readline from "node:readline";
import { open_client } from "../../tools/surreal-dev/src/client.mjs";

const [url, table, file, count, way] = process.argv.slice(2);
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

const db = await open_client(url);
await db.query("DEFINE TABLE IF NOT EXISTS " + table);
const posts = await readPosts();
const start = process.hrtime.bigint();
const create = ({ id, ...post }) => db.query("CREATE type::record($table, $id) CONTENT $post RETURN NONE", { table, id, post });
if (way === "single") {
  for (const post of posts) await create(post);
} else if (way.startsWith("concurrent=")) {
  let next = 0;
  const client = async () => {
    while (next < posts.length) await create(posts[next++]);
  };
  await Promise.all(Array.from({ length: Number(way.split("=")[1]) }, client));
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

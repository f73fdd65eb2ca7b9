// SPDX-License-Identifier: Apache-2.0
//
// Posts into the real SurrealDB engine, in this process and without a network: what a statement's shape costs the engine.
//   node surreal_engine.mjs ENDPOINT SHAPE ROWS IN_FLIGHT COUNT FILE
// ENDPOINT is mem://, rocksdb:FOLDER or surrealkv:FOLDER. SHAPE, with ROWS posts to a call:
//   create    one CREATE a call, bound (ROWS is 1)
//   joined    the source document's way: CREATE statements with the values pasted in, joined by ;
//   insert    INSERT INTO post $rows RETURN NONE
//   inserts   INSERTs of 100 rows each, joined
//   for       FOR $row IN $rows { CREATE … }
// Calls are encoded before the clock starts. Prints {"records", "seconds", "engine"}, records as the engine counts them.
import fs from "node:fs";
import readline from "node:readline";
import { Engine } from "../../tools/surreal-dev/src/engine.mjs";
import { encode, read_head } from "../../tools/surreal-dev/src/cbor.mjs";

const rowsOfOneInsert = 100;
const [endpoint, shape, rows, inFlight, count, file] = process.argv.slice(2);

async function readPosts() {
  const posts = [];
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    if (posts.length === Number(count)) break;
    const { id, title, content } = JSON.parse(line);
    posts.push({ id, title, content });
  }
  return posts;
}

const quote = (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

// The params of one query call.
const shapes = {
  create: ([{ id, ...post }]) => ["CREATE type::record('post', $id) CONTENT $post RETURN NONE", { id, post }],
  joined: (posts) => [posts.map(({ title, content }) =>
    `CREATE post SET title = ${quote(title)}, content = ${quote(content)}, created_at = time::now()`).join(";"), {}],
  insert: (posts) => ["INSERT INTO post $rows RETURN NONE", { rows: posts }],
  inserts: (posts) => {
    const parts = chunks(posts, rowsOfOneInsert);
    return [parts.map((_, i) => `INSERT INTO post $r${i} RETURN NONE`).join(";"), Object.fromEntries(parts.map((part, i) => [`r${i}`, part]))];
  },
  for: (posts) => ["FOR $row IN $rows { CREATE post CONTENT $row RETURN NONE }", { rows: posts }],
};

function chunks(items, size) {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

// A failed statement does not fail its call: each says OK or ERR.
async function send(engine, frame) {
  const reply = await engine.execute(frame);
  if (reply.includes(Buffer.from("cERR"))) throw new Error(`a statement failed: ${reply.subarray(0, 300)}`);
  return reply;
}

async function countRecords(engine) {
  const reply = await engine.call("query", ["RETURN (SELECT count() FROM post GROUP ALL)[0].count"]);
  return read_head(reply, reply.indexOf("fresult") + "fresult".length)[1];
}

const engine = await Engine.open(endpoint);
await engine.call("use", ["bench", "bench"]);
await engine.call("query", ["DEFINE TABLE post"]);
const frames = chunks(await readPosts(), Number(rows)).map((posts) => encode({ method: "query", params: shapes[shape](posts) }));
let next = 0;
const work = async () => {
  while (next < frames.length) await send(engine, frames[next++]);
};
const start = process.hrtime.bigint();
await Promise.all(Array.from({ length: Number(inFlight) }, work));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(JSON.stringify({ records: await countRecords(engine), seconds, engine: engine.version }));
await engine.close();
process.exit(0);

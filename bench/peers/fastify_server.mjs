// SPDX-License-Identifier: Apache-2.0
//
// What a Node team would write: Fastify, its schema check, better-sqlite3, one INSERT for each POST /v1/post, the answer after it.
//   node fastify_server.mjs DATABASE full|normal [PORT]
// Listens on 127.0.0.1 and says so in one line; ends with SIGTERM, or with its standard input. With full each INSERT is on the
// disk before its answer.
import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";

const require = createRequire(new URL("../../tools/peers/package.json", import.meta.url));
const Database = require("better-sqlite3");
const fastify = require("fastify")();
const [path, synchronous, port] = process.argv.slice(2);

const database = new Database(path);
database.pragma("journal_mode = WAL");
database.pragma(`synchronous = ${synchronous}`);
database.exec("CREATE TABLE IF NOT EXISTS post (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT");
const insert = database.prepare("INSERT INTO post (id, body, created_at) VALUES (?, ?, ?)");

const post = {
  type: "object",
  required: ["title"],
  properties: { title: { type: "string", minLength: 1, maxLength: 1024 }, content: { type: "string" } },
};
const created = { type: "object", properties: { id: { type: "string" }, created_at: { type: "string" } } };
fastify.post("/v1/post", { schema: { body: post, response: { 201: created } } }, (request, reply) => {
  const id = randomUUID();
  const created_at = new Date().toISOString();
  insert.run(id, JSON.stringify({ id, ...request.body, created_at }), created_at);
  reply.code(201).send({ id, created_at });
});

const end = async () => {
  await fastify.close();
  database.close();
  process.exit(0);
};
process.on("SIGTERM", end);
process.stdin.on("end", end).resume();
await fastify.listen({ host: "127.0.0.1", port: Number(port ?? 0) });
console.log(`listening ${fastify.server.address().port} synchronous ${database.pragma("synchronous", { simple: true })}`);

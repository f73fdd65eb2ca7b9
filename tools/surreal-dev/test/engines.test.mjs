// SPDX-License-Identifier: Apache-2.0
//
// The official SDK's own calls, over ws://, against each engine that the package brings.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { AlreadyExistsError, NotAllowedError, RecordId, Table } from "surrealdb";
import { launch } from "../launch.mjs";
import { open_client } from "../src/client.mjs";

const folder = mkdtempSync(join(tmpdir(), "surreal-dev-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const cases = [];
const test_sdk = (name, work) => cases.push([name, work]);

test_sdk("tells its version", async ({ db }) => {
  assert.match((await db.version()).version, /^surrealdb-3\./);
});

test_sdk("queries with bindings", async ({ db }) => {
  const text = "'; REMOVE TABLE post; -- \u{1F600} \u0001";
  assert.deepEqual(await db.query("RETURN $n + 1; RETURN $text", { n: 41, text }), [42, text]);
});

test_sdk("inserts, creates, selects, merges and deletes", async ({ db }) => {
  const post = new Table("post");
  await db.insert(post, [
    { id: new RecordId("post", 1), title: "one" },
    { id: new RecordId("post", "two"), title: "two" },
  ]);
  const made = await db.create(new RecordId("post", 3)).content({ title: "three" });
  assert.equal(made.title, "three");
  assert.equal((await db.select(new RecordId("post", "two"))).title, "two");
  assert.equal((await db.select(post)).length, 3);
  await db.update(new RecordId("post", 1)).merge({ title: "uno" });
  assert.equal((await db.select(new RecordId("post", 1))).title, "uno");
  await db.delete(new RecordId("post", 1));
  assert.equal((await db.select(post)).length, 2);
});

test_sdk("names a duplicate by its class", async ({ db }) => {
  const id = new RecordId("duplicate", 1);
  await db.create(id);
  await assert.rejects(async () => await db.create(id), AlreadyExistsError);
});

test_sdk("keeps two clients apart", async ({ db, open }) => {
  const other = await open("test/other");
  await other.query("CREATE only_here:1; CREATE only_here:2");
  await db.query("CREATE only_here:1");
  const count = "SELECT count() FROM only_here GROUP ALL";
  const [[mine], [theirs]] = await Promise.all([db.query(count), other.query(count)]);
  assert.deepEqual([mine, theirs], [[{ count: 1 }], [{ count: 2 }]]);
});

test_sdk("answers a fast call before a slow one that came first", async ({ db }) => {
  const order = [];
  const slow = db.query("SLEEP 200ms").then(() => order.push("slow"));
  const fast = db.query("RETURN 1").then(() => order.push("fast"));
  await Promise.all([slow, fast]);
  assert.deepEqual(order, ["fast", "slow"]);
});

test_sdk("writes and counts a batch of 1,000", async ({ db }) => {
  const rows = Array.from({ length: 1000 }, (_, id) => ({ id, title: `title ${id}` }));
  await db.query("DEFINE TABLE IF NOT EXISTS batch; INSERT INTO batch $rows RETURN NONE", { rows });
  assert.deepEqual(await db.query("SELECT count() FROM batch GROUP ALL"), [[{ count: 1000 }]]);
});

test_sdk("has sessions of its own on one connection", async ({ db }) => {
  const session = await db.newSession();
  await assert.rejects(async () => await session.query("RETURN 1"), NotAllowedError);
  await session.signin({ username: "root", password: "root" });
  await session.use({ namespace: "test", database: "session" });
  assert.deepEqual(await session.query("RETURN session::db()"), ["session"]);
  assert.deepEqual(await db.query("RETURN session::db()"), ["test"]);
  await session.invalidate(); // closeSession() alone leaves SDK 2.0.8's renewal timer, and with it this process
  await session.closeSession();
});

test_sdk("follows a table with LIVE", async ({ db }) => {
  await db.query("DEFINE TABLE followed");
  const live = await db.live(new Table("followed"));
  const first = live[Symbol.asyncIterator]().next();
  await db.create(new RecordId("followed", 1)).content({ n: 1 });
  const { value } = await first;
  assert.deepEqual([value.action, String(value.recordId), value.value.n], ["CREATE", "followed:1", 1]);
  await live.kill();
});

test_sdk("commits and cancels transactions", async ({ db }) => {
  const kept = await db.beginTransaction();
  await kept.query("CREATE transacted:1");
  await kept.commit();
  const dropped = await db.beginTransaction();
  await dropped.query("CREATE transacted:2");
  await dropped.cancel();
  assert.deepEqual(await db.query("SELECT VALUE record::id(id) FROM transacted"), [[1]]);
});

for (const engine of ["mem://", ...["rocksdb", "surrealkv"].map((name) => `${name}:${join(folder, name)}`)]) {
  describe(`the official SDK over ${engine.split(":")[0]}`, () => {
    let server;
    const clients = [];
    const open = async (path) => {
      const client = await open_client(`ws://root:root@127.0.0.1:${server.port}/${path}`);
      clients.push(client);
      return client;
    };
    before(async () => {
      server = await launch(["--engine", engine]);
      await open("test/test");
    });
    after(async () => {
      await Promise.all(clients.map((client) => client.close())); // else a failed test would keep this process
      if (server) assert.equal((await server.stop()).status, 0);
    });

    it("is named in the line that says where it listens", () => {
      assert.equal(server.engine, engine);
      assert.equal(server.url, `ws://127.0.0.1:${server.port}/rpc`);
      assert.equal(server.pid, server.child.pid);
    });
    for (const [name, work] of cases) it(name, () => work({ db: clients[0], open }));
  });
}

it("a disk engine keeps its records, and its root password, over a restart", async () => {
  const path = `surrealkv:${join(folder, "kept")}`;
  const first = await launch(["--engine", path]);
  const db = await open_client(`ws://root:root@127.0.0.1:${first.port}/n/d`);
  await db.query("CREATE kept:1");
  await db.close();
  await first.stop();
  const refused = await launch(["--engine", path, "--pass", "another"]).catch((error) => error);
  assert.match(refused.message, /cannot sign in as root user 'root'.*--pass/);
  const second = await launch(["--engine", path]);
  const again = await open_client(`ws://root:root@127.0.0.1:${second.port}/n/d`);
  assert.equal((await again.query("SELECT * FROM kept"))[0].length, 1);
  await again.close();
  await second.stop();
});

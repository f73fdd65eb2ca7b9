// SPDX-License-Identifier: Apache-2.0
//
// Who may do what: the engine alone would let an anonymous client do everything.

import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { NotAllowedError, RecordId, Table } from "surrealdb";
import { launch } from "../launch.mjs";
import { open_client } from "../src/client.mjs";

let server;
let root;
const clients = [];
const open = async (user, options) => {
  const db = await open_client(`ws://${user}127.0.0.1:${server.port}/test/test`, options);
  clients.push(db);
  return db;
};
const denied = (work) => assert.rejects(async () => await work(), NotAllowedError);

before(async () => {
  server = await launch();
  root = await open("root:root@");
  await root.query(`
    DEFINE USER ns_user ON NAMESPACE PASSWORD 'ns-secret' ROLES OWNER;
    DEFINE USER db_user ON DATABASE PASSWORD 'db-secret' ROLES EDITOR;
    DEFINE USER viewer ON DATABASE PASSWORD 'view-secret' ROLES VIEWER;
    DEFINE TABLE note PERMISSIONS FOR select, create WHERE owner = $auth;
    DEFINE ACCESS person ON DATABASE TYPE RECORD SIGNUP (CREATE person SET name = $name)
      SIGNIN (SELECT * FROM person WHERE name = $name);
  `);
});
after(async () => {
  await Promise.all(clients.map((db) => db.close())); // else a failed test would keep this process
  await server?.stop();
});

it("refuses wrong passwords and unknown users", async () => {
  await denied(() => open("root:wrong@"));
  await denied(() => open("nobody:root@"));
  await denied(() => open("db_user:wrong@", { level: "database" }));
  await denied(() => open("db_user:db-secret@")); // no root user
});

it("refuses everything that runs a query to the anonymous, in the real server's words", async () => {
  const db = await open("");
  const message = /^Anonymous access not allowed: Not enough permissions/;
  const refused = { kind: "NotAllowed", details: { actor: "anonymous", action: "process", resource: "query" } };
  const details = { kind: "Auth", details: refused };
  await assert.rejects(async () => await db.query("RETURN 1"), { kind: "NotAllowed", message, details });
  await denied(() => db.select(new Table("note")));
  await denied(() => db.create(new RecordId("note", 1)));
  await denied(() => db.run("time::now"));
  assert.match((await db.version()).version, /^surrealdb-/);
});

it("is anonymous again after invalidate and reset", async () => {
  const db = await open("root:root@");
  await db.query("RETURN 1");
  await db.invalidate();
  await denied(() => db.query("RETURN 1"));
  await db.signin({ username: "root", password: "root" });
  await db.query("RETURN 1");
  await db.reset();
  await denied(() => db.query("RETURN 1"));
});

it("a sign-in that fails leaves the anonymous anonymous", async () => {
  const db = await open("");
  await denied(() => db.signin({ username: "root", password: "wrong" }));
  await denied(() => db.query("RETURN 1"));
});

it("signs in by token", async () => {
  const db = await open("");
  const { access } = await root.signin({ username: "root", password: "root" });
  await db.authenticate(access);
  assert.deepEqual(await db.query("RETURN 1"), [1]);
});

it("lets namespace and database users do what they may", async () => {
  const ns = await open("ns_user:ns-secret@", { level: "namespace" });
  await ns.query("DEFINE DATABASE IF NOT EXISTS second");
  const db = await open("db_user:db-secret@", { level: "database" });
  await db.query("CREATE scratch:1");
  const [second] = await db.query("DEFINE USER more ON ROOT PASSWORD 'x' ROLES OWNER").responses();
  assert.equal(second.success, false);
  assert.match(second.error.message, /Not enough permissions/);
  const viewer = await open("viewer:view-secret@", { level: "database" });
  assert.equal((await viewer.query("SELECT * FROM scratch"))[0].length, 1);
  assert.deepEqual(await viewer.query("CREATE scratch:2"), [[]]);
  assert.equal((await db.query("SELECT * FROM scratch"))[0].length, 1);
});

it("holds record users to their tables' permissions", async () => {
  const db = await open("");
  await db.signup({ namespace: "test", database: "test", access: "person", variables: { name: "ann" } });
  await db.query("CREATE note:mine SET owner = $auth");
  await root.query("CREATE note:other");
  assert.deepEqual(await db.query("SELECT VALUE record::id(id) FROM note"), [["mine"]]);
  assert.equal((await root.query("SELECT * FROM note"))[0].length, 2);
});

// SPDX-License-Identifier: Apache-2.0
//
// What goes over the wire, with bare frames: what no SDK would send, and in an order that no SDK promises.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request as http_request } from "node:http";
import { after, before, it } from "node:test";
import { CborCodec, Uuid } from "surrealdb";
import WebSocket from "ws";
import { launch } from "../launch.mjs";

const codec = new CborCodec({});
const encode = (value) => Buffer.from(codec.encode(value));
const SIGNIN = { id: "signin", method: "signin", params: [{ user: "root", pass: "root" }] };
const USE = { id: "use", method: "use", params: ["test", "test"] };

let server;
const sockets = [];
before(async () => (server = await launch()));
after(async () => {
  sockets.forEach((ws) => ws.terminate());
  await server?.stop();
});

// next() is the next message, decoded; call() a request and the reply to its id.
async function connect({ setup = [SIGNIN, USE], headers = {} } = {}) {
  const ws = new WebSocket(server.url, "cbor", { headers });
  sockets.push(ws);
  const waiting = [];
  const arrived = [];
  ws.on("message", (data) => {
    const message = codec.decode(data);
    if (waiting.length > 0) waiting.shift()(message);
    else arrived.push(message);
  });
  await once(ws, "open");
  const next = () => (arrived.length > 0 ? arrived.shift() : new Promise((resolve) => waiting.push(resolve)));
  const send = (value) => ws.send(Buffer.isBuffer(value) ? value : encode(value));
  const call = (value) => (send(value), next());
  for (const step of setup) assert.ok(!(await call(step)).error);
  return { ws, send, next, call };
}

const query = (id, text, bindings = {}, more = {}) => ({ id, method: "query", params: [text, bindings], ...more });

it("answers a frame that is no request with an error and without id, and lives on", async () => {
  const { call } = await connect();
  const bad = ["", "ff", "83", "00", "a1", "bf", "a1666d6574686f64", "c9c9c9", "bb7fffffffffffffff", "a1016161"];
  for (const hex of bad) {
    const { id, error } = await call(Buffer.from(hex, "hex"));
    assert.deepEqual([id, error.code, error.kind], [undefined, -32700, "Validation"], hex);
  }
  for (const request of [{}, { id: 1 }, { id: 1, method: 4 }, { id: {}, method: "ping" }]) {
    const { id, error } = await call(request);
    assert.deepEqual([id, error.code], [undefined, -32600]);
  }
  const truncated = encode(query(1, "RETURN $a", { a: "x".repeat(100) })).subarray(0, 60);
  assert.equal((await call(truncated)).error.code, -32700);
  assert.equal((await call(Buffer.from("9f".repeat(100_000), "hex"))).error.code, -32700);
  const deep = Buffer.concat([encode({ method: "query" }), Buffer.from("81".repeat(100_000), "hex")]);
  deep[0] = 0xa2; // method, and the rest as a broken second entry
  assert.equal((await call(deep)).error.code, -32700);
  assert.equal((await call(query(2, "RETURN 1"))).result[0].result, 1);
});

it("takes text frames as bytes", async () => {
  const { ws, next, call } = await connect();
  ws.send('{"id":1,"method":"ping"}');
  assert.equal((await next()).error.code, -32700);
  assert.equal((await call({ id: 2, method: "ping" })).id, 2);
});

it("answers each id as it came: number, text, uuid, null, none", async () => {
  const { call } = await connect();
  for (const id of [7, "seven", null]) assert.deepEqual((await call({ id, method: "ping" })).id, id);
  const id = Uuid.v4();
  assert.equal(String((await call({ id, method: "ping" })).id), String(id));
  assert.ok(!("id" in (await call({ method: "ping" }))));
});

it("understands params before the method, indefinite maps, and a null session", async () => {
  const { call } = await connect();
  assert.equal((await call({ params: ["RETURN 5"], session: null, method: "query", id: 3 })).result[0].result, 5);
  const open = Buffer.concat([encode(query(4, "RETURN 6")), Buffer.from([0xff])]);
  open[0] = 0xbf;
  assert.equal((await call(open)).result[0].result, 6);
});

it("is not fooled by a second method in a frame", async () => {
  const { call } = await connect({ setup: [] });
  const second = encode({ method: "query", params: ["RETURN 1"] });
  const twice = Buffer.concat([encode({ id: 1, method: "ping" }), second.subarray(1)]);
  twice[0] = 0xa4;
  assert.match((await call(twice)).error.message, /^Anonymous access/);
});

it("passes unknown methods on to the engine's own error", async () => {
  const { call } = await connect();
  assert.deepEqual((await call({ id: 1, method: "PING" })).error.code, -32601);
});

it("runs calls that follow sign-in and use without waiting, in that order", async () => {
  const { send, next } = await connect({ setup: [] });
  [SIGNIN, USE, query("q", "CREATE early:1")].forEach(send);
  const replies = new Map();
  for (let i = 0; i < 3; i++) {
    const message = await next();
    replies.set(message.id, message);
  }
  assert.equal(replies.get("q").result[0].status, "OK");
});

it("never runs a call as somebody else than it was admitted as", async () => {
  const { send, next, call } = await connect();
  await call(query("d", "DEFINE ACCESS OVERWRITE person ON DATABASE TYPE RECORD SIGNUP (CREATE person)"));
  const signup = { id: "s", method: "signup", params: [{ NS: "test", DB: "test", AC: "person" }] };
  for (let round = 0; round < 20; round++) { // run after the invalidate, it would be anonymous: all-powerful
    assert.ok((await call(signup)).result);
    send(query("q", "RETURN $auth != NONE"));
    send({ id: "i", method: "invalidate" });
    for (const reply of [await next(), await next()]) {
      if (reply.id === "q") assert.equal(reply.result[0].result, true);
    }
  }
});

it("refuses a database without a namespace, which would end the engine", async () => {
  const { call } = await connect({ setup: [] });
  for (const params of [[undefined, "d"], [null, "d"]]) {
    const { error } = await call({ id: 1, method: "use", params });
    assert.deepEqual([error.code, error.message], [-32600, "Specify a namespace to use"]);
  }
  const use = encode({ id: 1, method: "use" });
  use[0] = 0xa3; // two entries, and params: an open list of NONE in a long spelling, and a text
  const list = [Buffer.from("9fd806f6", "hex"), encode("d"), Buffer.from([0xff])];
  const spelt = Buffer.concat([use, encode("params"), ...list]);
  assert.equal((await call(spelt)).error.code, -32600);
  assert.equal((await call({ id: 2, method: "use", params: ["only one"] })).error.code, -32603);
  assert.ok((await call({ id: 2, method: "use", params: ["n", null] })).result);
  const { result } = await call({ id: 3, method: "use", params: [undefined, "d"] });
  assert.deepEqual(result, { namespace: "n", database: "d" });
});

it("keeps a client's sessions to itself", async () => {
  const [one, two] = [await connect(), await connect()];
  const session = Uuid.v4();
  assert.ok(!(await one.call({ id: 1, method: "attach", session })).error);
  assert.equal((await one.call({ id: 2, method: "attach", session })).error.kind, "AlreadyExists");
  assert.match((await one.call(query(3, "RETURN 1", {}, { session }))).error.message, /^Anonymous/);
  assert.equal((await two.call(query(4, "RETURN 1", {}, { session }))).error.message, `Session not found: ${session}`);
  assert.deepEqual((await one.call({ id: 5, method: "sessions" })).result.map(String), [String(session)]);
  assert.deepEqual((await two.call({ id: 6, method: "sessions" })).result, []);
  const reply = await one.call({ ...SIGNIN, session });
  assert.equal(String(reply.session), String(session));
  assert.equal((await one.call(query(7, "RETURN 1", {}, { session }))).result[0].result, 1);
  await one.call({ id: 8, method: "detach", session });
  assert.equal((await one.call({ id: 9, method: "ping", session })).error.kind, "NotFound");
});

it("cancels the open transactions of a client that leaves", async () => {
  const [one, two] = [await connect(), await connect()];
  const txn = (await one.call({ id: 1, method: "begin" })).result;
  await one.call(query(2, "CREATE left_open:1", {}, { txn }));
  one.ws.terminate();
  let error;
  for (let tries = 0; !error && tries < 5000; tries++) { // the server has yet to see the end of the other socket
    ({ error } = await two.call(query(3, "RETURN 1", {}, { txn })));
  }
  assert.match(error?.message, /Transaction not found/);
  assert.equal((await two.call({ id: 4, method: "commit", params: [txn] })).error.message, "Transaction not found");
});

it("delivers LIVE notifications to their owner alone", async () => {
  const [one, two] = [await connect(), await connect()];
  await one.call(query(1, "DEFINE TABLE IF NOT EXISTS lively"));
  const live = (await one.call({ id: 2, method: "live", params: ["lively"] })).result;
  await two.call(query(3, "CREATE lively:1 SET a = 1"));
  const { id, result } = await one.next();
  assert.equal(id, undefined);
  assert.deepEqual([String(result.id), result.action], [String(live), "CREATE"]);
  assert.deepEqual([String(result.record), result.result.a], ["lively:1", 1]);
  assert.equal((await two.call({ id: 4, method: "ping" })).id, 4); // the next message of two is its reply
});

it("signs in from the headers of the handshake", async () => {
  const authorization = `Basic ${Buffer.from("root:root").toString("base64")}`;
  const headers = { authorization, "surreal-ns": "test", "surreal-db": "test" };
  const { call } = await connect({ setup: [], headers });
  assert.equal((await call(query(1, "CREATE by_headers:1"))).result[0].status, "OK");
  const wrong = { authorization: `Basic ${Buffer.from("root:wrong").toString("base64")}` };
  await assert.rejects(() => connect({ setup: [], headers: wrong }), /401/);
});

it("refuses other sub-protocols, and none, with 400 and the reason", async () => {
  for (const protocols of [[], ["json"], ["flatbuffers", "json"]]) {
    const ws = new WebSocket(server.url, protocols);
    const [, response] = await once(ws, "unexpected-response");
    response.setEncoding("utf8");
    let body = "";
    for await (const part of response) body += part;
    assert.equal(response.statusCode, 400);
    assert.match(body, /offer the WebSocket sub-protocol 'cbor'/);
    ws.on("error", () => {}).terminate();
  }
  const ws = new WebSocket(server.url.replace("/rpc", "/other"), ["cbor"]);
  const [error] = await once(ws, "error");
  assert.match(error.message, /404/);
});

it("negotiates no compression", async () => {
  const { ws } = await connect({ setup: [] });
  assert.equal(ws.extensions, "");
});

it("takes a frame of 20 MiB and answers one of that size", async () => {
  const { call } = await connect();
  const big = "x".repeat(20 << 20);
  assert.equal((await call(query(1, "RETURN $big", { big }))).result[0].result, big);
});

it("answers more calls than it runs at once", async () => {
  const { send, next } = await connect();
  for (let id = 0; id < 2000; id++) send(query(id, "RETURN 1"));
  const seen = new Set();
  for (let i = 0; i < 2000; i++) seen.add((await next()).id);
  assert.equal(seen.size, 2000);
});

// ---- HTTP ----
function http(method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = http_request({ port: server.port, host: "127.0.0.1", method, path, headers }, async (response) => {
      const parts = [];
      for await (const part of response) parts.push(part);
      resolve({ status: response.statusCode, body: Buffer.concat(parts) });
    });
    request.on("error", reject);
    request.end(body);
  });
}
const basic = (pair) => ({ authorization: `Basic ${Buffer.from(pair).toString("base64")}` });
const rpc = async (value, headers = {}) => {
  const all = { "content-type": "application/cbor", "surreal-ns": "test", "surreal-db": "test", ...headers };
  const { status, body } = await http("POST", "/rpc", { headers: all, body: encode(value) });
  return { status, ...(status === 200 ? codec.decode(body) : { text: String(body) }) };
};

it("serves health, status and version over HTTP", async () => {
  assert.equal((await http("GET", "/health")).status, 200);
  assert.equal((await http("GET", "/status")).status, 200);
  assert.match(String((await http("GET", "/version")).body), /^surrealdb-3\.\d+\.\d+$/);
  assert.equal((await http("GET", "/nothing")).status, 404);
});

it("serves POST /rpc with Basic and Bearer, and refuses the rest", async () => {
  const reply = await rpc(query(1, "RETURN 1"), basic("root:root"));
  assert.equal(reply.result[0].result, 1);
  assert.ok(!("id" in reply));
  const token = (await rpc(SIGNIN)).result;
  assert.equal((await rpc(query(1, "RETURN 2"), { authorization: `Bearer ${token}` })).result[0].result, 2);
  assert.match((await rpc(query(1, "RETURN 1"))).error.message, /^Anonymous access/);
  assert.equal((await rpc(query(1, "RETURN 1"), basic("root:wrong"))).status, 401);
  assert.equal((await rpc({ method: "begin" }, basic("root:root"))).error.code, -32601);
  assert.equal((await rpc({}, basic("root:root"))).status, 400);
  assert.equal((await rpc({}, { "content-type": "application/json" })).status, 415);
  const large = query(1, "RETURN $x", { x: "x".repeat(5 << 20) });
  assert.equal((await rpc(large, basic("root:root"))).status, 413);
});

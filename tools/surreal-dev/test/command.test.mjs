// SPDX-License-Identifier: Apache-2.0
//
// The command line: how it starts, ends, refuses and, when told to, misbehaves.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { fileURLToPath } from "node:url";
import { RecordId, Surreal } from "surrealdb";
import WebSocket from "ws";
import { launch, run } from "../launch.mjs";
import { open_client } from "../src/client.mjs";

const folder = mkdtempSync(join(tmpdir(), "surreal-dev-"));
const servers = []; // those that a failed test leaves, too, must end, or this process would not
after(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(args) {
  const server = await launch(args);
  servers.push(server);
  return server;
}

const address = (server, path = "test/test") => `ws://root:root@127.0.0.1:${server.port}/${path}`;

async function tool(name, args, options = {}) {
  const script = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].on("data", (data) => (output[stream] += data));
  const [status] = await once(child, "close");
  return { status, ...output };
}

it("--help explains every flag", async () => {
  const { status, stdout } = await run(["--help"]);
  assert.equal(status, 0);
  const flags = "listen engine user pass tls-cert tls-key ready-file exit-with-parent drop-after";
  for (const flag of flags.split(" ")) assert.match(stdout, new RegExp(`--${flag}\\b`));
});

const bad = [
  [["--nonsense"], /--nonsense.*See --help/],
  [["extra"], /extra.*See --help/],
  [["--listen", "8000"], /--listen 8000 is no address: give HOST:PORT/],
  [["--listen", "127.0.0.1:70000"], /no address/],
  [["--engine", "tikv://here"], /--engine tikv:\/\/here is no engine: give mem:\/\/, rocksdb:PATH or surrealkv:PATH/],
  [["--engine", "rocksdb:"], /is no engine/],
  [["--user", ""], /may not be empty/],
  [["--tls-cert", "a.pem"], /go together/],
  [["--tls-cert", "/no/such.pem", "--tls-key", "/no/such.key"], /no such file: \/no\/such\.pem/],
  [["--drop-after", "0"], /--drop-after 0 is no count/],
  [["--drop-after"], /drop-after.*See --help/s],
];
for (const [args, message] of bad) {
  it(`refuses ${args.join(" ")} with status 2`, async () => {
    const { status, stdout, stderr } = await run(args);
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, message);
    assert.ok(!stderr.includes("    at "), "no stack");
  });
}

it("says that the port is taken, with status 1", async () => {
  const server = await start();
  const { status, stderr } = await run(["--listen", `127.0.0.1:${server.port}`]);
  assert.equal(status, 1);
  assert.match(stderr, /cannot listen on 127\.0\.0\.1:\d+: another program listens there; take another port/);
  await server.stop();
});

it("says that a folder cannot be opened, with status 1", async () => {
  const { status, stderr } = await run(["--listen", "127.0.0.1:0", "--engine", "surrealkv:/dev/null/x"]);
  assert.equal(status, 1);
  assert.match(stderr, /cannot open surrealkv:\/dev\/null\/x/);
});

it("writes the port to the ready file, whole", async () => {
  const file = join(folder, "ready");
  const server = await start(["--ready-file", file]);
  assert.equal(readFileSync(file, "utf8"), `${server.port}\n`);
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith("ready.")), []);
  await server.stop();
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  it(`${signal} answers what runs and ends it with status 0 and one line printed`, async () => {
    const server = await start();
    const db = await open_client(address(server));
    const slow = db.query("SLEEP 100ms; RETURN 7").then((rows) => rows[1]);
    await db.query("RETURN 1"); // the slow one is on its way before this one
    const ended = server.stop(signal);
    assert.equal(await slow, 7);
    const { status, stdout, stderr } = await ended;
    assert.deepEqual([status, stdout, stderr], [0, `${server.line}\n`, ""]);
    await db.close();
  });
}

it("--exit-with-parent ends it when its standard input ends", async () => {
  const server = await start(); // launch.mjs gives the flag
  server.child.stdin.end();
  assert.equal((await server.ended).status, 0);
});

it("--drop-after 2 executes the second query, answers nothing and cuts its socket, once", async () => {
  const server = await start(["--drop-after", "2"]);
  const db = await open_client(address(server));
  await db.query("CREATE drop:1");
  await assert.rejects(async () => await db.query("CREATE drop:2"));
  await db.close();
  const again = await open_client(address(server));
  const [ids] = await again.query("SELECT VALUE record::id(id) FROM drop");
  assert.deepEqual(ids, [1, 2]);
  await again.close();
  await server.stop();
});

it("serves wss:// with a certificate", async () => {
  const [cert, key] = ["cert.pem", "key.pem"].map((name) => join(folder, name));
  execFileSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=surreal-dev", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert,
  ], { stdio: "ignore" });
  const server = await start(["--tls-cert", cert, "--tls-key", key]);
  assert.match(server.line, /^listening wss:\/\/127\.0\.0\.1:\d+\/rpc /);
  const ca = readFileSync(cert);
  const db = new Surreal({
    websocketImpl: class extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { ca });
      }
    },
  });
  await db.connect(server.url, { reconnect: false });
  await db.signin({ username: "root", password: "root" });
  assert.deepEqual(await db.query("RETURN 1"), [1]);
  await db.close();
  const stranger = new WebSocket(server.url, "cbor"); // does not know the certificate
  const [error] = await once(stranger, "error");
  assert.match(error.message, /self[- ]signed/);
  const counted = await tool("count.mjs", [address(server).replace("ws:", "wss:"), "none"], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: cert },
  });
  assert.match(counted.stderr, /The table 'none' does not exist/);
  await server.stop();
});

it("refuses a key that does not fit the certificate", async () => {
  const cert = join(folder, "cert.pem");
  assert.ok(existsSync(cert));
  const { status, stderr } = await run(["--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", cert]);
  assert.equal(status, 1);
  assert.match(stderr, /cannot use .*cert\.pem/);
});

it("count.mjs counts, and says what went wrong", async () => {
  const server = await start();
  const db = await open_client(address(server));
  await db.query("DEFINE TABLE empty; CREATE |full:1..6|");
  await db.close();
  assert.deepEqual(await tool("count.mjs", [address(server), "full"]), { status: 0, stdout: "5\n", stderr: "" });
  assert.deepEqual(await tool("count.mjs", [address(server), "empty"]), { status: 0, stdout: "0\n", stderr: "" });
  const wrong = await tool("count.mjs", [address(server).replace("root@", "wrong@"), "full"]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /problem with authentication/);
  assert.equal((await tool("count.mjs", [address(server)])).status, 2);
  await server.stop();
});

it("dump.mjs prints every record with its values, id first", async () => {
  const server = await start();
  const db = await open_client(address(server));
  const rows = Array.from({ length: 1201 }, (_, n) => ({ id: n, n }));
  await db.query("INSERT INTO many $rows RETURN NONE", { rows });
  const text = "'; -- \" \\ \u0001 \u{1F600}";
  await db.query(
    `CREATE $id SET text = $text, big = 9007199254740993, half = 0.5, when = d"2026-01-02T03:04:05Z",
     list = [1, NONE, {b: 1, a: 2}], price = 1.10dec, ref = other:1, bytes = <bytes>"hi", gone = NONE, nil = NULL`,
    { id: new RecordId("kinds", "one"), text },
  );
  await db.close();
  const many = (await tool("dump.mjs", [address(server), "many"])).stdout.trimEnd().split("\n");
  assert.deepEqual(many.map((line) => JSON.parse(line)), rows);
  const { stdout } = await tool("dump.mjs", [address(server), "kinds"]);
  assert.equal(
    stdout,
    `{"id":"one","big":9007199254740993,"bytes":"aGk=","half":0.5,"list":[1,null,{"a":2,"b":1}],"nil":null,` +
      `"price":"1.1","ref":"other:1","text":${JSON.stringify(text)},"when":"2026-01-02T03:04:05.000Z"}\n`,
  );
  await server.stop();
});

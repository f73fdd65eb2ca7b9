// SPDX-License-Identifier: Apache-2.0
//
// The command line. parse_options() throws UsageError, whose message says what is wrong and what to do.

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";

export const HELP = `surreal-dev: the real SurrealDB 3 engine behind a WebSocket, for development and tests

  node server.mjs [options]

  --listen HOST:PORT   where to listen; port 0 takes a free one       (127.0.0.1:8000)
  --engine ENGINE      mem://, rocksdb:PATH or surrealkv:PATH         (mem://)
  --user NAME          root user, made if the database has none so    (root)
  --pass TEXT          his password                                   (root)
  --tls-cert FILE      serve wss:// and https:// with this chain (PEM)
  --tls-key FILE       and this key (PEM)
  --ready-file FILE    write the port to FILE when it accepts connections
  --exit-with-parent   end when standard input ends
  --drop-after N       a fault for tests of clients: the N-th query is executed,
                       its reply is never sent, and its socket is cut (once)
  --help               this text

It prints one line when it accepts connections:
  listening ws://HOST:PORT/rpc engine ENGINE pid PID
Exit status: 0 ended by SIGTERM or SIGINT, 1 cannot run, 2 wrong command line.
`;

export class UsageError extends Error {}

const text = (value) => ({ type: "string", ...(value === undefined ? {} : { default: value }) });
const FLAGS = {
  listen: text("127.0.0.1:8000"),
  engine: text("mem://"),
  user: text("root"),
  pass: text("root"),
  "tls-cert": text(),
  "tls-key": text(),
  "ready-file": text(),
  "exit-with-parent": { type: "boolean", default: false },
  "drop-after": text(),
  help: { type: "boolean", default: false },
};

export function parse_options(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: FLAGS, strict: true, allowPositionals: false }));
  } catch (error) {
    throw new UsageError(`${error.message}. See --help`);
  }
  const given = { ...values };
  for (const [name, flag] of Object.entries(FLAGS)) given[name] ??= flag.default; // Node < 18.11 knows no default
  if (given.help) return { help: true };
  return {
    ...parse_listen(given.listen),
    engine: parse_engine(given.engine),
    ...parse_user(given.user, given.pass),
    tls: parse_tls(given["tls-cert"], given["tls-key"]),
    ready_file: given["ready-file"],
    exit_with_parent: given["exit-with-parent"],
    drop_after: parse_drop_after(given["drop-after"]),
  };
}

function parse_listen(listen) {
  const [, host, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(listen) ?? [];
  if (port === undefined || Number(port) > 65535) {
    const form = "give HOST:PORT, as 127.0.0.1:8000; port 0 takes a free one";
    throw new UsageError(`--listen ${listen} is no address: ${form}`);
  }
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

function parse_engine(engine) {
  if (/^(mem:\/\/|mem:|memory)$/.test(engine)) return "mem://";
  if (/^(rocksdb|surrealkv):(\/\/)?./.test(engine)) return engine;
  throw new UsageError(`--engine ${engine} is no engine: give mem://, rocksdb:PATH or surrealkv:PATH`);
}

function parse_user(user, pass) {
  if (user === "" || pass === "") throw new UsageError("--user and --pass may not be empty");
  return { user, pass };
}

function parse_tls(cert, key) {
  if (cert === undefined && key === undefined) return null;
  if (!cert || !key) throw new UsageError("--tls-cert and --tls-key go together: give both");
  for (const file of [cert, key]) {
    if (!existsSync(file)) throw new UsageError(`no such file: ${file}. Give PEM files with --tls-cert and --tls-key`);
  }
  return { cert, key };
}

function parse_drop_after(count) {
  if (count === undefined) return 0;
  if (!/^[1-9]\d{0,8}$/.test(count)) {
    throw new UsageError(`--drop-after ${count} is no count: give a whole number from 1`);
  }
  return Number(count);
}

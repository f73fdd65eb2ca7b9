// SPDX-License-Identifier: Apache-2.0
//
// Starts server.mjs for a test and waits for its line; whatever happens to the test, nothing stays behind.
//
//   const server = await launch(["--engine", "mem://"]);   // a free port, ended with this process
//   server.url; server.port; server.pid;
//   const { status, stderr } = await server.stop();        // SIGTERM, then its exit status

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SERVER = fileURLToPath(new URL("server.mjs", import.meta.url));

// Runs it to its end: for command lines that do not start a server.
export async function run(args) {
  const child = spawn(process.execPath, [SERVER, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = collect(child);
  const [status, signal] = await once(child, "close");
  return { status, signal, ...output };
}

export async function launch(args = []) {
  const flags = ["--listen", "127.0.0.1:0", "--exit-with-parent", ...args];
  const child = spawn(process.execPath, [SERVER, ...flags], { stdio: ["pipe", "pipe", "pipe"] });
  const output = collect(child);
  const ended = once(child, "close").then(([status, signal]) => ({ status, signal, ...output }));
  const line = await Promise.race([first_line(child), ended]);
  const match = /^listening (\S+:(\d+)\/rpc) engine (\S+) pid (\d+)$/.exec(line);
  if (!match) throw new Error(`the server did not start: ${JSON.stringify(line)}`);
  const [, url, port, engine, pid] = match;
  const stop = (signal = "SIGTERM") => (child.kill(signal), ended);
  return { url, port: Number(port), engine, pid: Number(pid), line, child, ended, stop };
}

function collect(child) {
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (output.stdout += data));
  child.stderr.on("data", (data) => (output.stderr += data));
  return output;
}

async function first_line(child) {
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return line;
}

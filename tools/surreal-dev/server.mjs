#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// surreal-dev: see README.md, or --help. Here: start, say so, end.

import { renameSync, writeFileSync } from "node:fs";
import { HELP, UsageError, parse_options } from "./src/options.mjs";

function fail(status, message) {
  process.stderr.write(`surreal-dev: ${message}\n`);
  process.exit(status);
}

function read_options() {
  try {
    return parse_options(process.argv.slice(2));
  } catch (error) {
    if (error instanceof UsageError) return fail(2, error.message);
    throw error;
  }
}

// The packages come late, so that --help and a bad command line are answered without them.
async function load() {
  try {
    return { ...(await import("./src/engine.mjs")), ...(await import("./src/front.mjs")) };
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return fail(1, `${error.message}. Run \`npm ci\` in tools/surreal-dev`);
  }
}

// Through a rename: whoever waits for the file never reads half of it.
function write_ready(file, port) {
  writeFileSync(`${file}.${process.pid}`, `${port}\n`);
  renameSync(`${file}.${process.pid}`, file);
}

async function main() {
  const options = read_options();
  if (options.help) return void process.stdout.write(HELP);
  const { Engine, SetupError, open_front } = await load();
  const setup = (error) => (error instanceof SetupError ? fail(1, error.message) : Promise.reject(error));

  const engine = await Engine.open(options.engine).catch(setup);
  await engine.ensure_root(options.user, options.pass).catch(setup);
  const front = await open_front(engine, options).catch(setup);

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await front.close();
    await engine.close(); // a disk engine lets its folder go
    process.exit(0);
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  if (options.exit_with_parent) {
    process.stdin.on("error", end).on("end", end).on("close", end).resume();
  }
  // Nothing that one client does may end the server for the others.
  process.on("unhandledRejection", (error) => console.error(error));

  if (options.ready_file) write_ready(options.ready_file, front.port);
  process.stdout.write(`listening ${front.url} engine ${options.engine} pid ${process.pid}\n`);
}

await main();

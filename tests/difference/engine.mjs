// SPDX-License-Identifier: Apache-2.0
//
// The real SurrealDB engine, in this process: tools/surreal-dev's.
//
//   const engine = await open_engine();
//   await engine.set("input", [record, …]);
//   const [first, second] = await engine.ask("SELECT a FROM $input; SELECT b FROM $input");   // {value} or {error}, and syntax: true
//
// A panic in the engine ends this process: what is never to be asked stands in queries.mjs.

import { Engine, EngineError } from "../../tools/surreal-dev/src/engine.mjs";
import { decode, encode } from "./typed.mjs";

export async function open_engine() {
  const engine = await Engine.open("mem://");
  await engine.call("use", ["test", "test"]);
  return {
    set: (name, value) => engine.call("set", [name, encode(value)]),
    ask: (text, variables = {}) => ask(engine, text, variables),
    close: () => engine.close(),
  };
}

async function ask(engine, text, variables) {
  const bound = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, encode(value)]));
  try {
    const results = decode(Buffer.from(await engine.call("query", [text, bound])));
    return results.map((one) => (one.get("status") === "OK" ? { value: one.get("result") } : { error: String(one.get("result")) }));
  } catch (error) {
    const message = error instanceof EngineError ? decode(Buffer.from(error.raw)).get("message") : error.message;
    return [{ error: String(message), syntax: true }];
  }
}

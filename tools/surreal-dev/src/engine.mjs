// SPDX-License-Identifier: Apache-2.0
//
// The SurrealDB engine inside @surrealdb/node, spoken to in bytes: a request map in, its bare result out.
//
//   const engine = await Engine.open("mem://");
//   await engine.ensure_root("root", "root");
//   await engine.call("query", ["RETURN 1"], session_uuid);   // encoded result; throws EngineError
//
// The package exports only an SDK driver, which would decode and encode every payload again, so the
// native module is loaded from inside it. A panic in the engine aborts this process: it is one with us.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { encode, uuid } from "./cbor.mjs";
import { RpcError, invalid_request, parse_error } from "./envelope.mjs";
import { LiveRoutes } from "./live.mjs";

const require = createRequire(import.meta.url);
const ERROR_HEAD = Buffer.from("a1656572726f72", "hex"); // {"error": …}

// A failure that is the user's to put right: it is told without a stack.
export class SetupError extends Error {}

// An error that the engine answered with; `raw` is its encoded map.
export class EngineError extends Error {
  constructor(raw) {
    super("the engine answered with an error");
    this.raw = raw;
  }
}

function load_native() {
  const name = "@surrealdb/node";
  const folder = require.resolve.paths(name).map((path) => join(path, name, "dist")).find(existsSync);
  if (!folder) throw new SetupError("the SurrealDB engine is not installed: run `npm ci` in tools/surreal-dev");
  const base = `surrealdb-node.${process.platform}-${process.arch}`;
  const candidates = ["", "-gnu", "-musl", "-msvc"].map((end) => join(folder, `${base}${end}.node`));
  let why = `it has none for ${process.platform} ${process.arch}`;
  for (const file of candidates.filter(existsSync)) {
    try {
      return require(file).SurrealNodeEngine;
    } catch (error) {
      why = error.message; // the C library is another one; try the next
    }
  }
  throw new SetupError(`@surrealdb/node brings no engine that runs here: ${why}`);
}

export class Engine {
  #native;
  version;
  live; // LiveRoutes

  static async open(endpoint) {
    const native = load_native();
    const engine = new Engine();
    engine.version = native.version();
    try {
      engine.#native = await native.connect(endpoint, { capabilities: true });
    } catch (error) {
      throw new SetupError(`the engine cannot open ${endpoint}: ${error.message}`);
    }
    engine.live = new LiveRoutes(engine);
    return engine;
  }

  // `frame` is a whole request map; the answer is a view of the engine's bytes, not a copy.
  async execute(frame) {
    let bytes;
    try {
      bytes = await this.#native.execute(frame);
    } catch (error) {
      throw refusal(error.message);
    }
    const result = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (result.length >= 7 && result.subarray(0, 7).equals(ERROR_HEAD)) throw new EngineError(result.subarray(7));
    return result;
  }

  async call(method, params = [], session = null) {
    return this.execute(encode({ method, params, ...(session ? { session: uuid(session) } : {}) }));
  }

  async notifications() {
    return this.#native.notifications();
  }

  // As `surreal start --user --pass`: an existing user keeps the password he has.
  async ensure_root(user, pass) {
    const name = user.replace(/[\\`]/g, "\\$&");
    const secret = pass.replace(/[\\']/g, "\\$&");
    const text = `DEFINE USER IF NOT EXISTS \`${name}\` ON ROOT PASSWORD '${secret}' ROLES OWNER`;
    try {
      await this.call("query", [text]);
      await this.call("signin", [{ user, pass }]);
      await this.call("reset");
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new SetupError(
        `cannot sign in as root user '${user}'. A stored database keeps the password that it was made with: ` +
          "give that one with --pass, or another --user, or a new folder with --engine",
      );
    }
  }

  async close() {
    await this.#native.free();
  }
}

// The engine throws, instead of answering, where the fault lies in the envelope or in an encoding.
function refusal(message) {
  if (message === "Invalid request") return invalid_request();
  if (message.startsWith("Unsupported value type")) return new RpcError(-32000, "Internal", message);
  return parse_error(message);
}

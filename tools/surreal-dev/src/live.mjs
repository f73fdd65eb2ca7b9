// SPDX-License-Identifier: Apache-2.0
//
// Takes LIVE notifications from the engine to whoever asked for them. The engine has one stream for all and
// names in each notification the session that the LIVE query belongs to.
//
//   const live = new LiveRoutes(engine);
//   live.add(session_uuid, (bytes) => ws.send(bytes), client_session_uuid);
//   live.remove(session_uuid);   // later ones for it are dropped

import { encode, read_head, read_text, skip, uuid } from "./cbor.mjs";
import { reply } from "./envelope.mjs";

export class LiveRoutes {
  #routes = new Map(); // session in hex → { send, session }

  constructor(engine) {
    this.#run(engine).catch(console.error);
  }

  add(session, send, client_session) {
    this.#routes.set(session.toString("hex"), { send, session: client_session });
  }

  remove(session) {
    this.#routes.delete(session.toString("hex"));
  }

  async #run(engine) {
    const stream = await engine.notifications();
    for (let bytes = await stream.recv(); bytes !== null; bytes = await stream.recv()) {
      this.#deliver(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }
  }

  #deliver(bytes) {
    const fields = read_fields(bytes);
    const route = this.#routes.get(fields.session?.toString("hex", 3)); // after tag 37 and its length
    if (!route) return;
    fields.session = route.session ? uuid(route.session) : undefined;
    route.send(reply(null, "result", encode(fields)));
  }
}

function read_fields(bytes) {
  const fields = {};
  let [, count, at] = read_head(bytes, 0);
  while (count-- > 0) {
    const [name, value] = read_text(bytes, at);
    at = skip(bytes, value);
    fields[name] = bytes.subarray(value, at);
  }
  return fields;
}

// SPDX-License-Identifier: Apache-2.0
//
// The envelope around an RPC call: a map of id, method, params and, from 3.x on, session and txn.
// A request is read without touching its params, and goes to the engine as the bytes that came in,
// with only `session` put in front. That matters: a batch's params are nearly the whole frame.
//
//   const request = read_request(frame);            // throws RpcError
//   engine.execute(with_session(request, entry));   // entry = session_entry(uuid)
//   reply(request, "result", bytes);

import { encode, head, is_nil, read_head, read_text, skip, uuid } from "./cbor.mjs";

// An error as SurrealDB 3 puts it on the wire. `raw` is its encoded map.
export class RpcError extends Error {
  constructor(code, kind, message, details) {
    super(message);
    this.raw = encode({ cause: undefined, code, ...(details ? { details } : {}), kind, message });
  }
}

// A request that could not be read: its reply has no id, the real server does not know it then either.
export class UnreadError extends RpcError {}

export const parse_error = (why) =>
  new UnreadError(-32700, "Validation", `Parse error: ${why}`, { kind: "Parse" });
export const invalid_request = () =>
  new UnreadError(-32600, "Validation", "Invalid request", { kind: "InvalidRequest" });

const ID = encode("id");
const SESSION = encode("session");

export function session_entry(uuid_bytes) {
  return Buffer.concat([SESSION, uuid(uuid_bytes)]);
}

// What the front must know of a frame. `pieces` are its entries without the client's own `session`.
// The last of two equal keys counts, as it does in the engine: otherwise a frame could show one
// method here and run another there.
export function read_request(frame) {
  try {
    return walk(frame);
  } catch (error) {
    throw error instanceof RangeError ? parse_error(error.message) : error;
  }
}

function walk(frame) {
  const [major, count, start] = read_head(frame, 0);
  if (major !== 5) throw parse_error("a request is a map");
  const request = { id: null, method: null, params: null, session: null, count, pieces: [] };
  let at = start;
  let kept = start; // everything before this offset is in `pieces`, or left out
  for (let i = 0; count === -1 ? frame[at] !== 0xff : i < count; i++) {
    const key = read_text(frame, at);
    if (key === null) throw parse_error("a request's keys are texts of definite length");
    const [name, value] = key;
    if (name === "params" && i === count - 1) {
      request.params = frame.subarray(value); // the usual place: last, and not walked
      break;
    }
    const end = skip(frame, value);
    if (name === "id") request.id = frame.subarray(value, end);
    else if (name === "method") request.method = read_text(frame, value)?.[0] ?? null;
    else if (name === "params") request.params = frame.subarray(value, end);
    else if (name === "session") {
      const item = frame.subarray(value, end);
      request.session = is_nil(item) ? null : item;
      if (kept < at) request.pieces.push(frame.subarray(kept, at));
      kept = end;
      if (count !== -1) request.count--;
    }
    at = end;
  }
  if (request.method === null) throw invalid_request();
  request.pieces.push(frame.subarray(kept));
  return request;
}

export function with_session(request, entry) {
  const start = request.count === -1 ? Buffer.from([0xbf]) : head(5, request.count + 1);
  return Buffer.concat([start, entry, ...request.pieces]);
}

// The reply to `request`; null for a reply without id and session.
export function reply(request, key, value) {
  const pairs = [];
  if (request?.id) pairs.push(ID, request.id);
  if (request?.session) pairs.push(SESSION, request.session);
  pairs.push(encode(key), value);
  return Buffer.concat([head(5, pairs.length / 2), ...pairs]);
}

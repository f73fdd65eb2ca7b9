// SPDX-License-Identifier: Apache-2.0
//
// One client: its sessions, who they are signed in as, and its open transactions.
//
//   const connection = await Connection.open(engine);
//   const bytes = await connection.answer(read_request(frame));   // never rejects
//   await connection.close();                                     // ends sessions, cancels transactions
//
// The engine has one table of sessions for all, and runs with authentication off (its npm build has no
// switch for it): an anonymous session there may do anything. So each client gets sessions of its own, a
// client's names for them are its private names, and a session that has not signed in is refused here
// with the error of the real server. Signed-in users' rights and passwords are the engine's to check.

import { randomBytes } from "node:crypto";
import { encode, read_head, read_uuid, skip, uuid, uuid_text } from "./cbor.mjs";
import { EngineError } from "./engine.mjs";
import {
  RpcError, UnreadError, invalid_request, parse_error, reply, session_entry, with_session,
} from "./envelope.mjs";
import { Turns } from "./turns.mjs";

// What the server lets anybody call (surrealdb core/src/rpc/protocol.rs: they run no query).
const OPEN_TO_ANYBODY = new Set([
  "ping", "version", "use", "signin", "signup", "authenticate", "refresh", "revoke", "invalidate", "reset",
  "set", "let", "unset", "begin", "commit", "cancel", "attach", "detach", "sessions",
]);
const SIGNS_IN = new Set(["signin", "signup", "authenticate", "refresh"]);
const SIGNS_OUT = new Set(["invalidate", "reset"]);
const SESSIONS_MAX = 1000; // of one client
const RESULT_TRUE = Buffer.concat([encode("result"), Buffer.from([0xf5])]);

const anonymous = () =>
  new RpcError(-32002, "NotAllowed", "Anonymous access not allowed: Not enough permissions to perform this action", {
    kind: "Auth",
    details: { kind: "NotAllowed", details: { actor: "anonymous", action: "process", resource: "query" } },
  });
const session_not_found = (id) =>
  new RpcError(-32000, "NotFound", `Session not found: ${id}`, { kind: "Session", details: { id } });
const session_exists = (id) =>
  new RpcError(-32000, "AlreadyExists", `Session already exists: ${id}`, { kind: "Session", details: { id } });
const namespace_empty = () =>
  new RpcError(-32600, "Validation", "Specify a namespace to use", { kind: "NamespaceEmpty" });
const too_many_sessions = () => new RpcError(-32000, "Internal", `more than ${SESSIONS_MAX} sessions`);
const no_session_id = () =>
  new RpcError(-32603, "Validation", "Expected a session ID", { kind: "InvalidParams" });
const method_not_found = (name) =>
  new RpcError(-32601, "NotFound", "Method not found", { kind: "Method", details: { name } });

class Session {
  id = randomBytes(16); // its name in the engine
  entry = session_entry(this.id);
  turns = new Turns();
  signed_in = false;

  constructor(client_id) {
    this.client_id = client_id; // its name with the client: 16 bytes, or null for the connection's own
  }
}

export class Connection {
  #engine;
  #session = new Session(null);
  #attached; // the client's name for it, in hex → Session
  #transactions = new Map(); // in hex → 16 bytes
  #stateless;
  #on_live = null;

  // HTTP requests pass one `attached` for all, and are `stateless`: sessions outlive them, transactions do not exist.
  static async open(engine, { attached = new Map(), stateless = false } = {}) {
    const connection = new Connection();
    connection.#engine = engine;
    connection.#attached = attached;
    connection.#stateless = stateless;
    await engine.call("attach", [], connection.#session.id);
    return connection;
  }

  // `send` gets each notification of the client's LIVE queries as a whole message.
  on_live(send) {
    this.#on_live = send;
    this.#engine.live.add(this.#session.id, send, null);
  }

  // What the headers of a request ask for, as with the real server. Throws EngineError when they do not sign in.
  async prepare({ authorization = "", ...headers }) {
    const session = this.#session;
    const [scheme, secret = ""] = authorization.split(/ +/);
    if (/^bearer$/i.test(scheme)) {
      await this.#engine.call("authenticate", [secret], session.id);
      session.signed_in = true;
    } else if (/^basic$/i.test(scheme)) {
      const [, user, pass = ""] = /^([^:]*):?(.*)$/s.exec(Buffer.from(secret, "base64").toString());
      const { "surreal-auth-ns": ns, "surreal-auth-db": db } = headers;
      await this.#engine.call("signin", [{ ...(ns ? { ns } : {}), ...(db ? { db } : {}), user, pass }], session.id);
      session.signed_in = true;
    }
    const { "surreal-ns": ns, "surreal-db": db } = headers;
    if (ns) await this.#engine.call("use", [ns, db ?? null], session.id);
  }

  async answer(request) {
    const named = this.#stateless ? null : request; // HTTP replies carry no id and no session
    try {
      return reply(named, "result", await this.#run(request));
    } catch (error) {
      if (error instanceof EngineError) return reply(named, "error", error.raw);
      if (error instanceof UnreadError) return reply(null, "error", error.raw);
      if (error instanceof RpcError) return reply(named, "error", error.raw);
      if (error instanceof RangeError) return reply(null, "error", parse_error(error.message).raw);
      console.error(error);
      return reply(named, "error", new RpcError(-32000, "Internal", String(error.message)).raw);
    }
  }

  async #run(request) {
    const { method } = request;
    if (method === "attach") return this.#attach(request);
    if (method === "sessions") return encode([...this.#attached.values()].map((s) => uuid(s.client_id)));
    const session = this.#find(request);
    if (method === "detach") return this.#detach(session);
    if (this.#stateless && /^(begin|commit|cancel)$/.test(method)) throw method_not_found(method);
    if (SIGNS_IN.has(method) || SIGNS_OUT.has(method) || method === "use") {
      return session.turns.exclusive(() => this.#change(session, request));
    }
    return session.turns.shared(async () => {
      if (!session.signed_in && !OPEN_TO_ANYBODY.has(method)) throw anonymous();
      const result = await this.#engine.execute(with_session(request, session.entry));
      if (method === "begin") this.#transactions.set(result.toString("hex", 3), Buffer.from(result.subarray(3)));
      if (method === "commit" || method === "cancel") this.#forget_transaction(request.params);
      return result;
    });
  }

  async #change(session, request) {
    if (request.method === "use") await this.#check_use(session, request.params);
    const result = await this.#engine.execute(with_session(request, session.entry));
    if (SIGNS_IN.has(request.method)) session.signed_in = true;
    if (SIGNS_OUT.has(request.method)) session.signed_in = false;
    return result;
  }

  // A database without a namespace is a panic in engine 3.0.2, which would end this process.
  async #check_use(session, params) {
    if (params === null) return;
    const [major, count, namespace] = read_head(params, 0);
    if (major !== 4 || count === 0 || count === 1) return;
    const database = skip(params, namespace);
    if (read_head(params, namespace)[0] === 3 || read_head(params, database)[0] !== 3) return;
    if (params[namespace] !== 0xf6 && params[namespace] !== 0xf7) { // not null, which takes the namespace away
      const reply = await this.#engine.call("query", ["RETURN session::ns() != NONE"], session.id);
      if (reply.includes(RESULT_TRUE)) return;
    }
    throw namespace_empty();
  }

  #find(request) {
    if (request.session === null) return this.#session;
    const id = read_uuid(request.session);
    if (id === null) throw invalid_request();
    const session = this.#attached.get(id.toString("hex"));
    if (session) return session;
    if (request.method === "detach") return null; // detaching what is not there is no error
    throw session_not_found(uuid_text(id));
  }

  // The name is taken before the engine knows it, so that calls sent right behind find it and wait their turn.
  async #attach(request) {
    if (request.session === null) throw no_session_id();
    const id = read_uuid(request.session);
    if (id === null) throw invalid_request();
    if (this.#attached.has(id.toString("hex"))) throw session_exists(uuid_text(id));
    if (this.#attached.size >= SESSIONS_MAX) throw too_many_sessions();
    const session = new Session(Buffer.from(id));
    this.#attached.set(id.toString("hex"), session);
    if (this.#on_live) this.#engine.live.add(session.id, this.#on_live, session.client_id);
    return session.turns.exclusive(() => this.#engine.call("attach", [], session.id));
  }

  async #detach(session) {
    if (session === null) return encode(undefined);
    if (session === this.#session) throw no_session_id();
    this.#attached.delete(session.client_id.toString("hex"));
    this.#engine.live.remove(session.id);
    return session.turns.exclusive(() => this.#engine.call("detach", [], session.id));
  }

  #forget_transaction(params) {
    const [major, count, at] = read_head(params, 0);
    const id = major === 4 && count > 0 ? read_uuid(params.subarray(at, skip(params, at))) : null;
    if (id) this.#transactions.delete(id.toString("hex"));
  }

  async close() {
    const sessions = this.#stateless ? [this.#session] : [this.#session, ...this.#attached.values()];
    sessions.forEach((session) => this.#engine.live.remove(session.id));
    await Promise.all(sessions.map((session) => session.turns.exclusive(() => {}))); // until they are idle
    const calls = [...this.#transactions.values()].map((id) => this.#engine.call("cancel", [uuid(id)]));
    calls.push(...sessions.map((session) => this.#engine.call("detach", [], session.id)));
    await Promise.allSettled(calls);
  }
}

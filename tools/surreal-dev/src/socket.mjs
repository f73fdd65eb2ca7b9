// SPDX-License-Identifier: Apache-2.0
//
// One WebSocket client: frames in, replies out as they are ready, in any order, like the real server's.
//
//   const client = new SocketClient(ws, connection, { queries_left: 0 });
//   await client.finish();   // answers what runs, then closes
//   await client.ended;      // its sessions and transactions are gone from the engine
//
// Memory: at most CALLS_MAX calls run or wait for the client to read their replies. Beyond that the socket is
// not read, so its bytes stay with the sender.

import { RpcError, read_request, reply } from "./envelope.mjs";

const CALLS_MAX = 256;

export class SocketClient {
  #ws;
  #connection;
  #faults;
  #calls = 0;
  #on_idle = null;

  // `faults` is shared by all clients: the query that brings `queries_left` to 0 is executed and never answered.
  constructor(ws, connection, faults) {
    this.#ws = ws;
    this.#connection = connection;
    this.#faults = faults;
    this.ended = new Promise((resolve) => {
      ws.on("close", () => connection.close().catch(console.error).finally(resolve));
    });
    connection.on_live((bytes) => ws.readyState === ws.OPEN && ws.send(bytes, { binary: true }));
    ws.on("error", () => {}); // "close" follows it
    ws.on("message", (data) => this.#serve(data).catch(console.error));
  }

  async #serve(frame) {
    if (++this.#calls === CALLS_MAX) this.#ws.pause();
    try {
      const { bytes, drop } = await this.#answer(frame);
      if (drop) this.#ws.terminate();
      else if (this.#ws.readyState === this.#ws.OPEN) await this.#send(bytes);
    } finally {
      if (this.#calls-- === CALLS_MAX && this.#on_idle === null) this.#ws.resume();
      if (this.#calls === 0) this.#on_idle?.();
    }
  }

  async #answer(frame) {
    let request;
    try {
      request = read_request(frame);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { bytes: reply(null, "error", error.raw), drop: false };
    }
    const drop = request.method === "query" && this.#faults.queries_left > 0 && --this.#faults.queries_left === 0;
    return { bytes: await this.#connection.answer(request), drop };
  }

  #send(bytes) {
    return new Promise((resolve) => this.#ws.send(bytes, { binary: true }, resolve));
  }

  async finish() {
    const idle = new Promise((resolve) => (this.#on_idle = resolve));
    this.#ws.pause();
    if (this.#calls > 0) await idle;
    this.#ws.resume(); // to hear the other side's close
    this.#ws.close(1001, "the server is shutting down");
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// The network side: WebSocket and HTTP on one port, over one Engine.
//
//   const front = await open_front(engine, { host, port, tls, drop_after });
//   front.url;             // ws://127.0.0.1:41234/rpc
//   await front.close();   // answers what runs, then closes

import { readFileSync } from "node:fs";
import { createServer as create_http, STATUS_CODES } from "node:http";
import { createServer as create_https } from "node:https";
import { WebSocketServer } from "ws";
import { Connection } from "./connection.mjs";
import { EngineError, SetupError } from "./engine.mjs";
import { http_handler } from "./http.mjs";
import { SocketClient } from "./socket.mjs";

const MESSAGE_BYTES_MAX = 128 << 20; // the real server's default
const PING_INTERVAL_MS = 5000; // the real server's
const CLOSE_TIMEOUT_MS = 5000;
const PROTOCOL = "cbor"; // the one binary format that 2.x and 3.x both speak

export async function open_front(engine, options) {
  const server = create_server(options.tls);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false, // the real server negotiates none
    handleProtocols: () => PROTOCOL,
  });
  const faults = { queries_left: options.drop_after };
  const clients = new Set();
  server.on("request", http_handler(engine));
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {}); // a client that leaves in the middle is no event
    upgrade(engine, sockets, request, socket, head, (ws, connection) => {
      const client = new SocketClient(ws, connection, faults);
      clients.add(client);
      client.ended.then(() => clients.delete(client));
    }).catch((error) => {
      console.error(error);
      socket.destroy();
    });
  });
  await listen(server, options);
  const pings = setInterval(() => sockets.clients.forEach((ws) => ws.ping()), PING_INTERVAL_MS);
  const { port } = server.address();
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    port,
    url: `${options.tls ? "wss" : "ws"}://${host}:${port}/rpc`,
    close: async () => {
      clearInterval(pings);
      server.close();
      await close_clients(clients, sockets);
      server.closeAllConnections?.(); // idle HTTP ones; Node < 18.2 has it not
    },
  };
}

function create_server(tls) {
  if (!tls) return create_http();
  try {
    return create_https({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) });
  } catch (error) {
    throw new SetupError(`cannot use ${tls.cert} with ${tls.key}: ${error.message}`);
  }
}

function listen(server, { host, port }) {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const why = { EADDRINUSE: "another program listens there; take another port, or 0 for a free one" }[error.code];
      reject(new SetupError(`cannot listen on ${host}:${port}: ${why ?? error.message}`));
    });
    server.listen(port, host, resolve);
  });
}

// Decides over a handshake before it is answered, so that a refusal is an HTTP status and not a silent close.
async function upgrade(engine, sockets, request, socket, head, on_client) {
  if (request.url.split("?")[0] !== "/rpc") return refuse(socket, 404, "the WebSocket is at /rpc");
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  if (!offered.includes(PROTOCOL)) {
    return refuse(socket, 400, `offer the WebSocket sub-protocol '${PROTOCOL}'; this server has no other`);
  }
  const connection = await Connection.open(engine);
  try {
    await connection.prepare(request.headers);
  } catch (error) {
    await connection.close();
    if (!(error instanceof EngineError)) throw error;
    return refuse(socket, 401, "There was a problem with authentication");
  }
  let taken = false;
  sockets.handleUpgrade(request, socket, head, (ws) => {
    taken = true;
    on_client(ws, connection);
  });
  if (!taken) await connection.close(); // no WebSocket handshake: handleUpgrade (synchronous) has answered 400
}

function refuse(socket, status, why) {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: text/plain\r\n` +
      `content-length: ${Buffer.byteLength(why) + 1}\r\nconnection: close\r\n\r\n${why}\n`,
  );
}

// Running calls are answered; a client that does not close in time is cut.
async function close_clients(clients, sockets) {
  const cut = setTimeout(() => sockets.clients.forEach((ws) => ws.terminate()), CLOSE_TIMEOUT_MS);
  const finished = Promise.all([...clients].map((client) => Promise.all([client.finish(), client.ended])));
  const given_up = new Promise((resolve) => setTimeout(resolve, 2 * CLOSE_TIMEOUT_MS).unref());
  await Promise.race([finished, given_up]);
  clearTimeout(cut);
}

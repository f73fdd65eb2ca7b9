// SPDX-License-Identifier: Apache-2.0
//
// The HTTP routes: POST /rpc (CBOR), GET /health, /status and /version, as the real server has them.
// RPC errors are status 200 with {error}; 4xx is for a request that could not be read or signed in.

import { Connection } from "./connection.mjs";
import { EngineError } from "./engine.mjs";
import { RpcError, read_request } from "./envelope.mjs";

const BODY_BYTES_MAX = 4 << 20; // the real server's default for /rpc
const CBOR = "application/cbor";

export function http_handler(engine) {
  const attached = new Map(); // sessions that clients attached over HTTP: all requests share them, as on the server
  const open = () => Connection.open(engine, { attached, stateless: true });
  return (request, response) => {
    route(engine, open, request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

async function route(engine, open, request, response) {
  const path = request.url.split("?")[0];
  if (request.method === "GET") {
    if (path === "/health" || path === "/status") return response.end();
    if (path === "/version") return response.end(`surrealdb-${engine.version}`);
    if (path === "/rpc") return refuse(response, 426, "GET /rpc is for WebSocket; over HTTP, use POST");
  }
  if (request.method === "POST" && path === "/rpc") return rpc(open, request, response);
  return refuse(response, 404, `no ${request.method} ${path} here: POST /rpc, GET /health, /status, /version`);
}

async function rpc(open, request, response) {
  const { "content-type": type = "", accept = "*/*" } = request.headers;
  if (type.split(";")[0].trim() !== CBOR || !(accept.includes(CBOR) || accept.includes("*/*"))) {
    return refuse(response, 415, `this server speaks ${CBOR} only, both ways`);
  }
  const body = await read_body(request);
  if (body === null) return refuse(response, 413, `a body may have ${BODY_BYTES_MAX} bytes`);
  const connection = await open();
  try {
    await connection.prepare(request.headers);
    const bytes = await connection.answer(read_request(body));
    response.writeHead(200, { "content-type": CBOR }).end(bytes);
  } catch (error) {
    if (error instanceof EngineError) return refuse(response, 401, "There was a problem with authentication");
    if (error instanceof RpcError) return refuse(response, 400, error.message);
    throw error;
  } finally {
    await connection.close();
  }
}

async function read_body(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk); // the rest is read and dropped, so that the client hears why
  }
  return bytes > BODY_BYTES_MAX ? null : Buffer.concat(chunks);
}

function refuse(response, status, why) {
  response.writeHead(status, { "content-type": "text/plain" }).end(`${why}\n`);
}

// SPDX-License-Identifier: Apache-2.0
//
// The official SDK, opened by one URL: ws://USER:PASS@HOST:PORT/NAMESPACE/DATABASE
//
//   const db = await open_client("ws://root:root@127.0.0.1:8000/news/reuters");
//
// It works with this server and with `surreal start` alike. For wss:// with a certificate of your own, set
// NODE_EXTRA_CA_CERTS. An empty user name signs nobody in.

import { Surreal } from "surrealdb";
import WebSocket from "ws";

export async function open_client(address, { level = "root" } = {}) {
  const url = new URL(address);
  const [namespace, database] = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  if (!/^wss?:$/.test(url.protocol) || !database) {
    throw new Error(`${address} is no address: give ws://USER:PASS@HOST:PORT/NAMESPACE/DATABASE`);
  }
  const db = new Surreal({ websocketImpl: WebSocket }); // Node 18 and 20 have none of their own
  try {
    await db.connect(`${url.protocol}//${url.host}/rpc`, { reconnect: false });
    if (url.username) {
      const scope = { root: {}, namespace: { namespace }, database: { namespace, database } }[level];
      const [username, password] = [url.username, url.password].map(decodeURIComponent);
      await db.signin({ ...scope, username, password });
    }
    await db.use({ namespace, database });
    return db;
  } catch (error) {
    await db.close(); // a socket that nobody closes keeps the process
    throw error;
  }
}

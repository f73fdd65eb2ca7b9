// SPDX-License-Identifier: Apache-2.0
//
// As much CBOR (RFC 8949) as a front needs that never decodes what passes through it: write small
// replies, and step over one item to find the next. Payloads are the engine's business.
//
//   encode({ code: -32600, message: "Invalid request" })   // Buffer
//   skip(frame, at)                                         // offset after the item at `at`
//
// Errors: read_head() and skip() throw RangeError on bytes that are not CBOR or end too early.

export const NONE = Buffer.from([0xc6, 0xf6]); // SurrealDB's NONE: tag 6 over null

const UUID_HEAD = Buffer.from([0xd8, 37, 0x50]); // tag 37, 16 bytes follow

export function head(major, n) {
  if (n < 24) return Buffer.from([(major << 5) | n]);
  if (n < 0x100) return Buffer.from([(major << 5) | 24, n]);
  if (n < 0x10000) return Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  const bytes = Buffer.alloc(n < 0x100000000 ? 5 : 9);
  bytes[0] = (major << 5) | (bytes.length === 5 ? 26 : 27);
  if (bytes.length === 5) bytes.writeUInt32BE(n, 1);
  else bytes.writeBigUInt64BE(BigInt(n), 1);
  return bytes;
}

export function uuid(bytes16) {
  return Buffer.concat([UUID_HEAD, bytes16]);
}

// A Buffer stands for an item that is encoded already; undefined is NONE.
export function encode(value) {
  if (Buffer.isBuffer(value)) return value;
  if (value === undefined) return NONE;
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") {
    const bytes = Buffer.from(value);
    return Buffer.concat([head(3, bytes.length), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([k, v]) => [encode(k), encode(v)])]);
}

// [major type, argument, offset after the head]; the argument is -1 for an indefinite length.
export function read_head(bytes, at) {
  if (at >= bytes.length) throw new RangeError("the CBOR ends too early");
  const major = bytes[at] >> 5;
  const info = bytes[at] & 31;
  if (info < 24) return [major, info, at + 1];
  if (info === 24) return [major, bytes.readUInt8(at + 1), at + 2];
  if (info === 25) return [major, bytes.readUInt16BE(at + 1), at + 3];
  if (info === 26) return [major, bytes.readUInt32BE(at + 1), at + 5];
  if (info === 27) return [major, Number(bytes.readBigUInt64BE(at + 1)), at + 9];
  if (info === 31 && major >= 2 && major !== 6) return [major, -1, at + 1];
  throw new RangeError(`the byte 0x${bytes[at].toString(16)} starts no CBOR item`);
}

// Iterative, so that a hostile depth costs a list entry and not a stack frame.
export function skip(bytes, start) {
  const open = [1]; // items still to come at each level; -1: until the break byte
  let at = start;
  while (open.length > 0) {
    const level = open.length - 1;
    if (open[level] === 0) {
      open.pop();
      continue;
    }
    if (open[level] === -1 && bytes[at] === 0xff) {
      at++;
      open.pop();
      continue;
    }
    if (open[level] > 0) open[level]--;
    const [major, n, next] = read_head(bytes, at);
    at = next;
    if (major === 2 || major === 3) {
      if (n === -1) open.push(-1);
      else at += n;
    } else if (major === 4) {
      open.push(n);
    } else if (major === 5) {
      open.push(n === -1 ? -1 : n * 2);
    } else if (major === 6) {
      open.push(1);
    } else if (major === 7 && n === -1) {
      throw new RangeError("a CBOR break where an item should be");
    }
    if (at > bytes.length) throw new RangeError("the CBOR ends too early");
  }
  return at;
}

// [text, offset after it], or null when the item at `at` is no text of definite length.
export function read_text(bytes, at) {
  const [major, n, next] = read_head(bytes, at);
  if (major !== 3 || n === -1) return null;
  if (next + n > bytes.length) throw new RangeError("the CBOR ends too early");
  return [bytes.toString("utf8", next, next + n), next + n];
}

// The 16 bytes of a UUID item (tag 37 over bytes, tag 9 over text, or plain text), else null.
export function read_uuid(item) {
  if (item.length === 19 && item.subarray(0, 3).equals(UUID_HEAD)) return item.subarray(3);
  const text = read_text(item, item[0] === 0xc9 ? 1 : 0)?.[0] ?? "";
  if (!/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text)) return null;
  return Buffer.from(text.replaceAll("-", ""), "hex");
}

export function uuid_text(bytes16) {
  return bytes16.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// null, undefined, or NONE
export function is_nil(item) {
  return item[0] === 0xf6 || item[0] === 0xf7 || item[0] === 0xc6;
}

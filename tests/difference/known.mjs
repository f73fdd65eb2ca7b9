// SPDX-License-Identifier: Apache-2.0
//
// Where millrace differs from SurrealDB 3.0.2 on purpose. `node known.mjs` prints it as the table of docs/processing.md, and
// `node known.mjs --check FILE` compares. `is` finds such a difference among those of random queries; a case of tests/surrealql/cases names one by its key.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const nan_is_ordered = ({ ours, theirs }) => /NaN/.test(ours + theirs);

export const KNOWN = [
  { key: "reject", what: "an error for one record", engine: "fails the query", millrace: "rejects the record, with its place", why: "a file of a million records is not lost for one" },
  { key: "group-reject", what: "an error for one record under GROUP", engine: "is NONE, or fails the query, as the function has it", millrace: "rejects the record", why: "the same rule everywhere" },
  { key: "group-null", what: "an error in what is computed of a group", engine: "is NULL, but for `%`, casts, methods and times, which fail the query", millrace: "is NULL", why: "a group has no place that a reject could name" },
  { key: "limit-rejects", what: "records behind the last row that LIMIT leaves", engine: "their columns are not computed", millrace: "may be computed, and be rejects", why: "workers read ahead" },
  { key: "own-record", what: "`a + 1 AS b, b AS c`: an alias that is also a field", engine: "the other columns see the one or the other, by their order and form", millrace: "every expression sees the record as it was read", why: "one rule" },
  { key: "same-name", what: "`a.b[0], a.b`: two columns of one name", engine: "the one or the other, by what else is selected", millrace: "the later", why: "one rule" },
  { key: "star", what: "`*, a AS b`", engine: "`a` is not there any more; and of two equal expressions one is lost", millrace: "`*` keeps all fields", why: "nothing asked for `a` to go" },
  { key: "same-text", what: "`a - (b - c) AS x, a - b - c AS y`", engine: "`y` is `x`: they are one by their printed text", millrace: "each is computed", why: "they are different" },
  { key: "alias-path", what: "`AS x.y`", engine: "a member `\"x.y\"`, or `y` in `x`, by what else is selected", millrace: "always `y` in `x`", why: "one rule" },
  { key: "group-value", what: "a key or a field beside an aggregate: `math::sum(v) + k`", engine: "is NONE", millrace: "the key's value; a field is the array of its values", why: "what it would be as a column by itself" },
  { key: "nested-aggregates", what: "an aggregate of an aggregate of a field: `math::sum(math::max(a))`", engine: "the inner one is the function of an array, for each record", millrace: "is refused; of anything but a field, `math::max([a, b])`, it is as there", why: "it can be read both ways", is: ({ ours }) => /aggregate of aggregates/.test(ours) },
  { key: "value-order", what: "`SELECT VALUE a AS x … ORDER BY x`", engine: "does not sort", millrace: "sorts by it", why: "what it says" },
  { key: "order-function", what: "``SELECT string::len(s) … ORDER BY `string::len` ``", engine: "does not sort", millrace: "sorts by the column", why: "what it says" },
  { key: "order-renamed", what: "`SELECT b AS k … GROUP BY b ORDER BY b`", engine: "does not sort: the row has no `b`", millrace: "sorts by the key", why: "what it says" },
  { key: "order-path", what: "ORDER BY the alias of a path through arrays, `os.t[0] AS c`", engine: "sorts by `(os.t)[0]`", millrace: "sorts by what the column shows", why: "what it says" },
  { key: "order-flat", what: "`ORDER BY l...`", engine: "is as `ORDER BY l`", millrace: "is refused", why: "a slip", is: ({ query }) => /ORDER BY .*\.\.\./.test(query) },
  { key: "ties", what: "rows that ORDER BY holds for equal", engine: "in any order from 21 rows on", millrace: "in the input's order", why: "the same output each time" },
  { key: "sum-beyond", what: "ints beyond 64 bits in sums and in vector::", engine: "wrap", millrace: "an aggregate becomes a decimal; math::sum, math::product and vector:: of an array fail", why: "a wrong sum is worse", is: ({ query, ours }) => /vector::/.test(query) && /Cannot perform/.test(ours) },
  { key: "float-sum", what: "sums, means and variances of floats", engine: "the last digits depend on the records' order", millrace: "they do not: sums have twice a double's digits", why: "workers add side by side" },
  { key: "count-all", what: "`SELECT count() FROM $input GROUP ALL`", engine: "an error of the engine", millrace: "the number of records", why: "as over a table" },
  { key: "nan", what: "NaN of a calculation (`0f / 0f`)", engine: "has a sign, and may stand before all numbers", millrace: "stands behind all numbers", why: "one rule", is: nan_is_ordered },
  { key: "parameter", what: "an unknown `$parameter`", engine: "is NONE", millrace: "is refused before reading", why: "a misspelling" },
  { key: "arguments", what: "too few or too many arguments", engine: "an error for the first record", millrace: "is refused before reading", why: "known before" },
  { key: "refused", what: "closures, subqueries, LET and RETURN, several statements, FROM anything but `$input`, FETCH, VERSION, graph paths, geometries, casts to unions, literals and options, ranges of record ids, functions that need a database, the network or chance", engine: "answers", millrace: "is refused, named and shown", why: "not here, or not yet" },
  { key: "sets", what: "sets: `<set>`, `{1, 2}`, `set::`", engine: "a type of their own", millrace: "`<set>` gives a sorted array in which nothing is twice; the rest is refused", why: "JSON has arrays" },
  { key: "words", what: "`value`, `explain`, `sleep`, `info`, `break` … as fields at an expression's start", engine: "start a statement, or VALUE", millrace: "are fields", why: "nothing else can stand there" },
  { key: "this-grouped", what: "`$this` and `$parent` in a grouped query", engine: "an error", millrace: "the array of the group's records, or of NONE", why: "as `array::group` of any field", is: ({ theirs }) => /Found a `\$this` parameter/.test(theirs) },
  { key: "methods", what: "array::every, some, includes, index_of as functions", engine: "parse, and are unknown when they are called", millrace: "work", why: "their methods do" },
  { key: "regex", what: "regular expressions", engine: "Rust's regex", millrace: "RE2 behind a translation: `[a&&b]`, `[a--b]`, `(?x)`, `(?-u)`, `\\p{Alphabetic}`, `a++`, `\\<`, `\\b{start}` and counts over 1000 are refused, and so are casts of more than 1,000 different texts to regex; `\\b` looks at ASCII letters", why: "the library there is" },
  { key: "unicode", what: "letters of Unicode 16 and 17", engine: "have upper and lower case", millrace: "Unicode 15", why: "Debian's ICU and data" },
  { key: "collation", what: "COLLATE beyond Latin letters", engine: "by deunicode's table (日 as Ri)", millrace: "by ICU's transliteration to Latin", why: "the library there is" },
  { key: "slug", what: "string::slug beyond Latin letters", engine: "by deunicode's table (😀 as grinning)", millrace: "by ICU's transliteration to Latin", why: "the library there is", is: ({ query }) => /string::slug\(/.test(query) },
  { key: "datetime-tail", what: "text behind a datetime, `d'2024-01-01T00:00:00Zx'`", engine: "is passed over", millrace: "is refused", why: "a misspelling" },
  { key: "datetime-carry", what: "ten digits of a second that round up, `d'2024-12-31T23:59:59.9999999999Z'`", engine: "is a second of 1,000,000,000 ns, written as .1", millrace: "the next second", why: "there is no such time" },
  { key: "decimal-digits", what: "a decimal of 29 digits by `--types`", engine: "is one up to 79228162514264337593543950335", millrace: "28 digits at most", why: "as `load` has it" },
  { key: "record-links", what: "`.x` and `.*` of a record id", engine: "looks the record up", millrace: "NONE: there is none to look up", why: "files" },
  { key: "crash", what: "unknown specifiers in time::format, decimals beyond 28 digits in sums, `<array<int>> [1.5dec]` and `<int \| string> 1.5dec`, math::fixed with more than 65,535 digits, vector::project to a zero of decimals, math::clamp to NaN", engine: "ends the process", millrace: "rejects the record, refuses the query, or answers", why: "it can" },
];

// Defects that were found and are yet to be mended: what is mended is struck here.
export const OPEN = [
];

export const known_of = (difference) => [...KNOWN, ...OPEN].find(({ is }) => is?.(difference));
export const keys = new Set(KNOWN.map(({ key }) => key));

// As docs/processing.md has it.
export function table() {
  const rows = KNOWN.map(({ what, engine, millrace, why }) => `| ${what} | ${engine} | ${millrace} | ${why} |`);
  return ["| what | SurrealDB 3.0.2 | millrace | why |", "|---|---|---|---|", ...rows].join("\n");
}

function main([flag, file]) {
  if (flag !== "--check") return console.log(table());
  if (readFileSync(file, "utf8").includes(table())) return undefined;
  console.log(`${file} has another table: put there what 'node known.mjs' prints`);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));

// SPDX-License-Identifier: Apache-2.0
//
// Asks millrace and the real SurrealDB engine the same random queries over the same records, and tells what differs.
//
//   node difference.mjs --runner build/ci/bin/query_runner [--cases 20000 | --seconds 600] [--seed N] [--report FILE] [--last FILE]
//
// A case is a query over one record. Exit status: 0 nothing differs but what known.mjs lists, 1 something does, 2 wrong command line.
// The seed is printed; with --seed, or MILLRACE_SEED, the same queries come again. What differs is made smaller before it is told.
// --last keeps the query that is being asked: a panic in the engine ends this process without a word about which it was.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Judge } from "./compare.mjs";
import { open_engine } from "./engine.mjs";
import { NOT_COMPARED, SIGNATURES } from "./functions.mjs";
import { known_of } from "./known.mjs";
import { Queries, smaller_queries, write_query } from "./queries.mjs";
import { Random } from "./random.mjs";
import { MADE_FIELDS, STORY_FIELDS, make_record, read_stories } from "./records.mjs";
import { Runner, functions } from "./runner.mjs";
import { json } from "./typed.mjs";

const RECORDS = 20; // of a set: with more, the engine does not keep rows that are equal to ORDER BY in their order
const QUERIES_OF_A_SET = 60;
const SMALLER_MAX = 400; // queries that are tried to make one smaller

const FLAGS = { runner: { type: "string" }, cases: { type: "string" }, seconds: { type: "string" }, seed: { type: "string" }, report: { type: "string" }, last: { type: "string" }, quiet: { type: "boolean" } };

function options_of(args) {
  const { values } = parseArgs({ args, options: FLAGS });
  if (!values.runner) throw new Error("--runner names the program query_runner");
  const seed = Number(process.env.MILLRACE_SEED ?? values.seed ?? Date.now() % 1000000);
  return { ...values, cases: Number(values.cases ?? (values.seconds ? Infinity : 20000)), seconds: Number(values.seconds ?? Infinity), seed };
}

// Functions of the table that the generator does not know.
function forgotten(runner) {
  const known = new Set([...SIGNATURES.map(({ name }) => name), ...NOT_COMPARED.keys()]);
  return functions(runner).map(({ name }) => name).filter((name) => !known.has(name));
}

class Findings {
  #by_shape = new Map();
  known = new Map();
  count = 0;

  // The query without its fields and literals: what differs for the same reason looks alike.
  #shape(found) {
    const query = found.query.replace(/'(?:[^'\\]|\\.)*'/g, "'…'").replace(/\b(?:o\.in\.x|o\.[xyz]|os?(?:\[\w+\]|\.\w+|\.\*)*|we ird|[a-z]{1,2}\d?)\b(?!\s*\()/g, "x").replace(/-?\b\d[\w.]*/g, "1");
    return `${found.kind}: ${query}`;
  }
  add(found) {
    this.count++;
    const shape = this.#shape(found);
    const all = this.#by_shape.get(shape) ?? [];
    all.push(found);
    this.#by_shape.set(shape, all);
    return all.length;
  }
  add_known(key) {
    this.known.set(key, (this.known.get(key) ?? 0) + 1);
  }
  text() {
    const sorted = [...this.#by_shape].sort((a, b) => b[1].length - a[1].length);
    return sorted.map(([shape, all]) => `${all.length} x ${shape}\n${told(all[0])}`).join("\n");
  }
}

function told({ query, record, kind, ours, theirs }) {
  return [`  ${kind}`, `  query    ${query}`, `  record   ${record}`, `  millrace ${ours.slice(0, 600)}`, `  engine   ${theirs.slice(0, 600)}`, ""].join("\n");
}

class Run {
  findings = new Findings();
  cases = 0;
  queries = 0;

  constructor(options, judge) {
    this.options = options;
    this.judge = judge;
    this.random = new Random(options.seed);
    this.makers = [MADE_FIELDS, STORY_FIELDS].map((fields) => new Queries(this.random, fields));
    this.stories = read_stories();
    this.end = Date.now() + options.seconds * 1000;
  }

  is_over() {
    return this.cases >= this.options.cases || Date.now() >= this.end;
  }

  async all() {
    while (!this.is_over()) {
      const kind = this.random.chance(0.15) ? 1 : 0;
      const records = Array.from({ length: RECORDS }, () => (kind === 0 ? make_record(this.random) : this.random.pick(this.stories)));
      await this.judge.take(records);
      for (let i = 0; i < QUERIES_OF_A_SET && !this.is_over(); i++) await this.one(this.makers[kind].make(), records);
    }
  }

  async one(query, records) {
    const options = { workers: 1 + this.random.below(3), bytes: this.random.chance(0.1) ? 1 : 1 << 20, as_array: this.random.chance(0.15), strict: this.random.chance(0.15) };
    this.queries++;
    if (this.options.last) writeFileSync(this.options.last, write_query(query));
    this.cases += records.length;
    const found = await this.judge.differs(query, options);
    if (found === null) return;
    const told_of = { ...found, query: write_query(query), record: "" };
    const known = known_of(told_of);
    if (known) return this.findings.add_known(known.key);
    const [small, single, last] = await this.make_smaller(query, records, options, found);
    await this.judge.take(records);
    const smallest = { ...last, query: write_query(small), record: single.map((record) => json(record).join(" ")).join("\n           ") };
    const known_small = known_of(smallest);
    if (known_small) return this.findings.add_known(known_small.key);
    const times = this.findings.add(smallest);
    if (times === 1 && !this.options.quiet) console.log(told(smallest));
    this.report();
  }

  // Written with each finding: a panic in the engine ends this process.
  report() {
    const { options, cases, findings } = this;
    if (options.report) writeFileSync(options.report, `seed ${options.seed}, ${cases} cases, ${findings.count} queries differ\n\n${findings.text()}`);
  }

  // Fewer records, then a smaller query, as long as they differ in the same way.
  async make_smaller(query, records, options, found) {
    let tries = SMALLER_MAX;
    let kept = records;
    let last = found;
    const still = async (candidate, of) => {
      if (tries-- <= 0) return false;
      const now = await this.judge.differs(candidate, options);
      if (now === null || now.kind.split(" ")[0] !== found.kind.split(" ")[0]) return false;
      last = now;
      return of;
    };
    for (let size = kept.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at < kept.length && kept.length > 1; ) {
        const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
        await this.judge.take(fewer);
        if (fewer.length > 0 && (await still(query, true))) kept = fewer;
        else at += size;
      }
    }
    await this.judge.take(kept);
    kept = await this.#fewer_fields(kept, () => still(query, true));
    for (let again = true; again && tries > 0; ) {
      again = false;
      for (const candidate of smaller_queries(query)) {
        if (!(await still(candidate, true))) continue;
        query = candidate;
        again = true;
        break;
      }
    }
    tries = SMALLER_MAX;
    kept = await this.#fewer_fields(kept, () => still(query, true));
    const final = await this.judge.differs(query, options);
    return [query, kept, final ?? last];
  }

  // The records without fields that do not matter.
  async #fewer_fields(records, still_differs) {
    let kept = records;
    for (const field of new Set(records.flatMap((record) => [...record.keys()]))) {
      const fewer = kept.map((record) => new Map([...record].filter(([name]) => name !== field)));
      await this.judge.take(fewer);
      if (await still_differs()) kept = fewer;
    }
    await this.judge.take(kept);
    return kept;
  }
}

async function main() {
  let options;
  try {
    options = options_of(process.argv.slice(2));
  } catch (error) {
    console.error(`difference: ${error.message}`);
    process.exit(2);
  }
  console.log(`MILLRACE_SEED=${options.seed}`);
  const missing = forgotten(options.runner);
  if (missing.length > 0) console.log(`no case for ${missing.join(", ")}: functions.mjs`);
  const engine = await open_engine();
  const runner = new Runner(options.runner);
  const run = new Run(options, new Judge(engine, runner));
  const begun = Date.now();
  await run.all();
  runner.end();
  const seconds = (Date.now() - begun) / 1000;
  const { findings } = run;
  console.log(`${run.queries} queries, ${run.cases} cases in ${seconds.toFixed(1)} s: ${findings.count} queries differ`);
  for (const [key, times] of findings.known) console.log(`known, ${times} times: ${key}`);
  run.report();
  await engine.close();
  process.exit(findings.count > 0 || missing.length > 0 ? 1 : 0);
}

await main();

// SPDX-License-Identifier: Apache-2.0
//
// Whether millrace and the engine give the same answer to a query over records:
//
//   const judge = new Judge(engine, runner);
//   await judge.take(records);
//   await judge.differs(query) → null, or { kind, ours, theirs }
//
// A record for which the query fails is a reject of millrace's, where the engine fails the whole query. So the engine is asked again for
// each record by itself, and then for those together that do not fail. Members are compared without an order, decimals by value, floats
// bit by bit, but what aggregates give to 12 digits; a NaN is a NaN. A reject's reason is the engine's, word by word.

import { text } from "./typed.mjs";
import { write_fed, write_query } from "./queries.mjs";

const PRECISION = 1e-12;

function near(ours, theirs) {
  const a = typeof ours.value === "number" ? ours.value : Number(ours.value);
  const b = typeof theirs.value === "number" ? theirs.value : Number(theirs.value);
  return Object.is(a, b) || Math.abs(a - b) <= PRECISION * Math.max(1, Math.abs(a), Math.abs(b));
}

export function same(ours, theirs, is_near = false) {
  const a = text(ours);
  if (a === text(theirs)) return true;
  if (!is_near) return false;
  if (Array.isArray(ours) && Array.isArray(theirs)) return ours.length === theirs.length && ours.every((one, i) => same(one, theirs[i], true));
  if (ours instanceof Map && theirs instanceof Map) return ours.size === theirs.size && [...ours].every(([key, one]) => theirs.has(key) && same(one, theirs.get(key), true));
  return ours?.type === theirs?.type && ["float", "decimal"].includes(ours?.type) && near(ours, theirs);
}

const first_line = (message) => String(message).split("\n")[0];

export class Judge {
  #engine;
  #runner;
  #records = [];

  constructor(engine, runner) {
    this.#engine = engine;
    this.#runner = runner;
  }

  async take(records) {
    this.#records = records;
    await this.#engine.set("input", records);
  }

  // `options`: workers, bytes, as_array and strict, as query_run.h has them.
  async differs(query, options = {}) {
    const written = write_query(query);
    const ours = await this.#runner.ask(written, this.#records, options);
    if (ours.defect !== undefined) return { kind: "defect", ours: ours.defect, theirs: "" };
    const [theirs] = await this.#engine.ask(written);
    if (ours.refused !== undefined || theirs.syntax) return this.#compare_refusals(query, ours, theirs);
    const is_near = query.group !== undefined;
    if (theirs.error === undefined && ours.rejects.length === 0) return this.#compare_rows(ours.rows, theirs.value, is_near);
    return this.#compare_kept(query, ours, is_near);
  }

  async #compare_refusals(query, ours, theirs) {
    if (ours.refused !== undefined && theirs.syntax) return null;
    if (theirs.syntax) return { kind: "refused by the engine only", ours: this.#rows_text(ours), theirs: first_line(theirs.error) };
    // Wrong counts of arguments are found before reading here, and with the first record there.
    if (/Incorrect arguments .* Expected/.test(theirs.error ?? "") && / takes /.test(ours.refused)) return null;
    return { kind: "refused by millrace only", ours: first_line(ours.refused), theirs: theirs.error ?? text(theirs.value) };
  }

  #rows_text(ours) {
    const rejects = ours.rejects.map(([record, reason]) => `${record}: ${reason}`).join("; ");
    return text(ours.rows) + (rejects ? `  rejects ${rejects}` : "");
  }

  #compare_rows(ours, theirs, is_near) {
    if (same(ours, theirs, is_near)) return null;
    const at = Array.isArray(theirs) && ours.length === theirs.length ? ours.findIndex((row, i) => !same(row, theirs[i], is_near)) : -1;
    return at < 0 ? { kind: "rows", ours: text(ours), theirs: text(theirs) } : { kind: "a row", ours: text(ours[at]), theirs: text(theirs[at]), record: at };
  }

  // Which records fail, and what comes of the others.
  async #compare_kept(query, ours, is_near) {
    const failures = await this.#failures(query);
    if (failures.fatal !== undefined) return { kind: "the engine fails", ours: this.#rows_text(ours), theirs: failures.fatal };
    const rejected = new Map(ours.rejects);
    const differing = this.#records.findIndex((_, i) => rejected.has(i) !== failures.reasons.has(i));
    if (differing >= 0) {
      return rejected.has(differing)
        ? { kind: "rejected by millrace only", ours: rejected.get(differing), theirs: failures.values.get(differing), record: differing }
        : { kind: "rejected by the engine only", ours: this.#rows_text(ours), theirs: failures.reasons.get(differing), record: differing };
    }
    const worded = [...rejected].find(([record, reason]) => reason !== failures.reasons.get(record));
    if (worded !== undefined) return { kind: "words", ours: worded[1], theirs: failures.reasons.get(worded[0]), record: worded[0] };
    const kept = this.#records.filter((_, i) => !rejected.has(i));
    const [theirs] = await this.#engine.ask(write_query(query, { from: "$kept" }), { kept });
    if (theirs.error !== undefined) return { kind: "the engine fails over what is kept", ours: this.#rows_text(ours), theirs: theirs.error };
    return this.#compare_rows(ours.rows, theirs.value, is_near);
  }

  // { reasons: Map of record → the engine's words, values: Map of record → text }
  async #failures(query) {
    const ask_of = (from) => (query.group === undefined ? write_query(query, { from, only_records: true }) : write_fed(query, from));
    const answers = await this.#engine.ask(this.#records.map((_, i) => ask_of(`$input[${i}]`)).join(";\n"));
    if (answers[0]?.syntax) return { fatal: answers[0].error };
    const reasons = new Map();
    const values = new Map();
    answers.forEach((answer, i) => (answer.error !== undefined ? reasons.set(i, answer.error) : values.set(i, text(answer.value))));
    return { reasons, values };
  }
}

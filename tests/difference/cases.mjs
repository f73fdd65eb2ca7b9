// SPDX-License-Identifier: Apache-2.0
//
// The cases of tests/surrealql/cases, whose format stands in its README.md, and the real engine:
//
//   node cases.mjs FILE…                       every case's answer is still the engine's
//   node cases.mjs --sample 300 FILE…          of so many, drawn by MILLRACE_SEED
//   node cases.mjs --write --runner build/ci/bin/query_runner FILE…     writes both's answers into the files
//
// Exit status: 0 all agree, 1 some do not, or a difference has no reason in known.mjs.

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { same } from "./compare.mjs";
import { open_engine } from "./engine.mjs";
import { keys } from "./known.mjs";
import { Random } from "./random.mjs";
import { Runner } from "./runner.mjs";
import { parse, text } from "./typed.mjs";

const NOT_ASKED = "-"; // it would end the engine's process
const OPEN = "open"; // a defect of millrace's that is yet to be mended

// A query, or behind "= " an expression: SELECT VALUE … FROM $input. One with line breaks stands as JSON.
const read_query = (field) => (field.startsWith('"') ? JSON.parse(field) : field);
const write_query = (query) => (/[\u0000-\u001f]|^["@#+=]/.test(query) ? JSON.stringify(query) : query);
const statement = ({ is_value, query }) => (is_value ? `SELECT VALUE ${query} FROM $input` : query);

// A record's JSON, with the rules for its types behind a tab, is in the file; here it is a value: what the engine is given.
function read_record(line) {
  const [, json, rules = ""] = /^\+ ([^\t]*)(?:\t(.*))?$/.exec(line);
  const types = new Map(rules.split(",").filter(Boolean).map((rule) => rule.split("=")));
  const value = parse(json.replace(/("(?:[^"\\]|\\.)*")|(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|null/g, (found, string) => string ?? (found === "null" ? "NULL" : /[.eE]/.test(found) ? `${Number(found)}f`.replace(/^0f$/, found[0] === "-" ? "-0f" : "0f") : found)));
  for (const [field, type] of types) value.set(field, converted(value.get(field), type));
  return value;
}
function converted(given, type) {
  const prefix = { datetime: "d", uuid: "u" }[type];
  if (prefix) return parse(`${prefix}"${given}"`);
  if (type === "decimal") return parse(`${given}dec`);
  if (type === "duration") return parse(given);
  if (type === "bytes") return parse(`b"${Buffer.from(given, "base64").toString("hex")}"`);
  const [table, key] = given.split(":");
  return parse(`r(${table}:${/^\d+$/.test(key) ? key : JSON.stringify(key)})`);
}

// [{ at, query, is_value, fields, records }], `at` being where it stands in `lines`.
export function read_cases(lines) {
  const cases = [];
  let records = [new Map()];
  lines.forEach((line, at) => {
    if (line.startsWith("#")) records = line.startsWith("## ") ? [new Map()] : records;
    else if (line === "@input") records = [];
    else if (line.startsWith("+ ")) records = [...records, read_record(line)];
    else if (line !== "") {
      const is_value = line.startsWith("= ");
      const fields = (is_value ? line.slice(2) : line).split("\t");
      cases.push({ at, is_value, query: read_query(fields[0]), fields, records });
    }
  });
  return cases;
}

// The engine's answer as a field: the value, or the error in the form of `like`.
async function engine_answer(engine, one) {
  const answers = await engine.ask(statement(one), { input: one.records });
  const answer = answers.find(({ error }) => error !== undefined) ?? answers[answers.length - 1];
  if (answer.error === undefined) return { value: one.is_value && Array.isArray(answer.value) ? answer.value[0] : answer.value };
  const place = / --> \[(\d+:\d+)\]/.exec(answer.error);
  return { error: place ? "" : answer.error.split("\n")[0], place: place?.[1] };
}

async function our_answer(runner, one) {
  const answer = await runner.ask(statement(one), one.records, { workers: 2 });
  if (answer.defect) throw new Error(`${one.query}: ${answer.defect}`);
  if (answer.refused !== undefined) {
    const place = /^line (\d+), column (\d+)/.exec(answer.refused);
    return { error: "", place: place ? `${place[1]}:${place[2]}` : undefined };
  }
  if (answer.rejects.length > 0) return { error: answer.rejects[0][1], rows: answer.rows };
  return { value: one.is_value ? answer.rows[0] : answer.rows };
}

// An error's words and place are in the file where both say the same.
function error_field(ours, theirs) {
  if (ours.error !== "" && ours.error === theirs?.error) return `error: ${ours.error}`;
  return ours.place !== undefined && ours.place === theirs?.place ? `error at ${ours.place}` : "error";
}
const field_of = (answer) => (answer.error !== undefined ? "error" : text(answer.value));

function agrees(field, answer) {
  if (field.startsWith("error: ")) return answer.error === field.slice(7);
  if (field.startsWith("error at ")) return answer.place === field.slice(9);
  if (field === "error") return answer.error !== undefined;
  return answer.error === undefined && same(parse(field), answer.value, true);
}

async function check(engine, cases, file) {
  let wrong = 0;
  for (const one of cases) {
    const [, ours, theirs = ours, key] = one.fields;
    if (key !== undefined && key !== OPEN && !keys.has(key)) console.log(`${file}:${one.at + 1}: no reason is named '${key}' (known.mjs)`, ++wrong);
    if (theirs === NOT_ASKED) continue;
    const answer = await engine_answer(engine, one);
    if (agrees(theirs, answer)) continue;
    wrong++;
    console.log(`${file}:${one.at + 1}: ${one.query}\n  the file   ${theirs}\n  the engine ${answer.error ?? text(answer.value)}`);
  }
  return wrong;
}

async function write(engine, runner, lines, cases) {
  for (const one of cases) {
    const [, , before, key = OPEN] = one.fields;
    const ours = await our_answer(runner, one);
    const theirs = before === NOT_ASKED ? null : await engine_answer(engine, one);
    let fields;
    if (theirs === null) fields = [ours.error !== undefined ? error_field(ours) : text(ours.value), NOT_ASKED, key];
    else if (ours.error !== undefined && theirs.error !== undefined) fields = [error_field(ours, theirs)];
    else if (ours.error === undefined && theirs.error === undefined && text(ours.value) === text(theirs.value)) fields = [text(ours.value)];
    else fields = [field_of(ours), field_of(theirs), ours.error === undefined && theirs.error === undefined && same(ours.value, theirs.value, true) ? "float-sum" : key];
    lines[one.at] = (one.is_value ? "= " : "") + [write_query(one.query), ...fields].join("\t");
  }
  return lines;
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: "boolean" }, runner: { type: "string" }, sample: { type: "string" } } });
  const engine = await open_engine();
  const seed = Number(process.env.MILLRACE_SEED ?? Date.now() % 1000000);
  const random = new Random(seed);
  if (values.sample) console.log(`MILLRACE_SEED=${seed}`);
  const runner = values.write ? new Runner(values.runner) : null;
  const all = positionals.map((file) => {
    const lines = readFileSync(file, "utf8").split("\n");
    return { file, lines, cases: read_cases(lines) };
  });
  const count = all.reduce((sum, { cases }) => sum + cases.length, 0);
  const share = values.sample ? Number(values.sample) / count : 1;
  let wrong = 0;
  let asked = 0;
  for (const { file, lines, cases } of all) {
    const drawn = cases.filter(() => share >= 1 || random.chance(share));
    asked += drawn.length;
    if (values.write) writeFileSync(file, (await write(engine, runner, lines, drawn)).join("\n"));
    else wrong += await check(engine, drawn, file);
  }
  console.log(`${asked} of ${count} cases, ${wrong} wrong`);
  runner?.end();
  await engine.close();
  process.exit(wrong > 0 || asked === 0 ? 1 : 0);
}

if (process.argv[1]?.endsWith("cases.mjs")) await main();

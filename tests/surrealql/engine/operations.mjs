// SPDX-License-Identifier: Apache-2.0
//
// Compares what our code makes of SurrealQL's operations with what the real engine says (tools/surreal-dev), in one process:
//
//   node operations.mjs PROGRAM             every value of values.txt with every other, and random numbers
//   node operations.mjs --check CASES       a table of cases against the engine
//   node operations.mjs --write CASES       writes the engine's answers into the table
//
// A table's line is "operation TAB a TAB b TAB outcome". MILLRACE_SEED makes the random numbers again. Exit status: 0 all agree.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Engine, EngineError } from "../../../tools/surreal-dev/src/engine.mjs";
import { read_head, read_text, skip } from "../../../tools/surreal-dev/src/cbor.mjs";
import { random_cases } from "./random_numbers.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const BATCH = 2000; // statements in one query
const SHOWN = 60; // differences

const ARITHMETIC = ["+", "-", "*", "/", "%", "**"];
const COMPARING = ["<", "<=", "=", "=="];
const CONTAINING = ["*=", "?=", "CONTAINS", "CONTAINSALL", "CONTAINSANY", "CONTAINSNONE"];
const CASTS = ["bool", "int", "float", "decimal", "number", "string", "duration", "datetime", "uuid", "bytes", "array", "object", "record",
  "range", "regex", "set", "array<int>", "array<string>", "array<decimal,2>", "array<any,2>"].map((kind) => `<${kind}>`);

const operand = (text) => (/^[\[{'"]/.test(text) && !text.includes("..") ? text : `(${text})`);

// In an array, so that a string shows its quotes.
function statement([operation, a, b]) {
  if (operation === "value") return `RETURN <string> [${operand(a)}];`;
  if (operation === "neg") return `RETURN <string> [-${operand(a)}];`;
  if (operation === "!!") return `RETURN <string> [!!${operand(a)}];`;
  if (operation.startsWith("<") && operation.endsWith(">")) return `RETURN <string> [${operation} ${operand(a)}];`;
  return `RETURN <string> [${operand(a)} ${operation} ${operand(b)}];`;
}

// The answers of one query: [{status, result}, …] in CBOR.
function read_answers(bytes) {
  const answers = [];
  let [, count, at] = read_head(bytes, 0);
  for (; count > 0; count--) {
    let [, members, inside] = read_head(bytes, at);
    const answer = {};
    for (; members > 0; members--) {
      const [key, value_at] = read_text(bytes, inside);
      if (key === "status" || key === "result") answer[key] = read_text(bytes, value_at)?.[0];
      inside = skip(bytes, value_at);
    }
    at = inside;
    answers.push(answer.status === "OK" ? answer.result.slice(1, -1) : `error: ${answer.result}`);
  }
  return answers;
}

async function ask(engine, cases) {
  const answers = [];
  for (let i = 0; i < cases.length; i += BATCH) {
    const text = cases.slice(i, i + BATCH).map(statement).join("\n");
    try {
      answers.push(...read_answers(await engine.call("query", [text])));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new Error(`the engine does not take one of the statements: ${error.raw.toString("utf8").slice(0, 600)}`);
    }
  }
  return answers;
}

function ours(program, cases) {
  const input = cases.map((one) => one.join("\t") + "\n").join("");
  const run = spawnSync(program, { input, maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`${program} ended with ${run.status ?? run.signal}: ${run.stderr}`);
  return run.stdout.toString().trimEnd().split("\n").map((line) => JSON.parse(line));
}

// The engine in the package ends with a panic where a duration times or over a decimal has more than 96 bits.
const panics = ([operation, a, b]) => /^[*/]$/.test(operation) && /^\d+(ns|h|d|s|y)/.test(a) && /^-?(79228|0\.0000|0\.1dec)/.test(b);

// Where we differ and mean to: there is no type for sets, and RE2 takes a { for itself that Rust's regex refuses.
const differs = ([operation, a]) => operation.startsWith("<set") || (operation === "<regex>" && a.startsWith("'{"));

function all_cases() {
  const values = readFileSync(join(HERE, "values.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  const cases = [];
  for (const a of values) {
    for (const operation of ["value", "neg", "!!", ...CASTS]) cases.push([operation, a, ""]);
    for (const b of values) for (const operation of [...ARITHMETIC, ...COMPARING, ...CONTAINING]) cases.push([operation, a, b]);
  }
  const texts = readFileSync(join(HERE, "texts.txt"), "utf8").split("\n").filter((line) => line);
  for (const text of texts) for (const cast of CASTS) cases.push([cast, text, ""]);
  return cases.filter((one) => !panics(one) && !differs(one));
}

function report(cases, expected, found) {
  let wrong = 0;
  cases.forEach(([operation, a, b], i) => {
    if (expected[i] === found[i]) return;
    if (++wrong <= SHOWN) console.log(`${operation}  ${a}  ${b}\n  engine:   ${expected[i]}\n  millrace: ${found[i]}`);
  });
  console.log(`${cases.length} operations, ${wrong} differences`);
  return wrong === 0;
}

const read_table = (path) => readFileSync(path, "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));

async function main([mode, path]) {
  const engine = await Engine.open("mem://");
  await engine.call("use", ["test", "test"]);
  if (mode === "--check" || mode === "--write") {
    const table = read_table(path);
    const answers = await ask(engine, table);
    if (mode === "--check") return report(table, answers, table.map((line) => line[3]));
    const lines = new Map(table.map((line, i) => [line.slice(0, 3).join("\t"), answers[i]]));
    const text = readFileSync(path, "utf8").split("\n").map((line) => {
      const key = line.split("\t").slice(0, 3).join("\t");
      return line && !line.startsWith("#") ? `${key}\t${lines.get(key)}` : line;
    });
    writeFileSync(path, text.join("\n"));
    return true;
  }
  const cases = [...all_cases(), ...random_cases()];
  return report(cases, await ask(engine, cases), ours(mode, cases));
}

process.exit((await main(process.argv.slice(2))) ? 0 : 1);

// SPDX-License-Identifier: Apache-2.0
//
// Compares the tables of calls that the tests of our functions use with what the real engine says (tools/surreal-dev), in one process:
//
//   node functions.mjs PROGRAM           every function with values of every type (function_calls.mjs), and what our program makes of them
//   node functions.mjs --check TABLE…    every call
//   node functions.mjs --write TABLE…    writes the engine's answers into the tables
//
// A table's line is "call TAB outcome", or "call TAB our outcome TAB the engine's" where we differ and mean to; "-" in place of the
// engine's is a call that it is not asked, because it would end with a panic. Exit status: 0 all agree.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { Engine, EngineError } from "../../../tools/surreal-dev/src/engine.mjs";
import { read_head, read_text, skip } from "../../../tools/surreal-dev/src/cbor.mjs";
import { function_calls } from "./function_calls.mjs";
import { differs, panics } from "./function_differences.mjs";

const BATCH = 2000; // statements in one query
const SHOWN = 60; // differences

const is_case = (line) => line !== "" && !line.startsWith("#");
const is_asked = (line) => is_case(line) && line.split("\t")[2] !== "-";

// The answers of one query: [{status, result}, …] in CBOR. Each result stands in brackets.
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

async function ask(engine, calls) {
  const text = calls.map((call) => `RETURN <string> [${call}];`).join("\n");
  try {
    return read_answers(await engine.call("query", [text]));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new Error(`the engine does not take one of the calls: ${error.raw.toString("utf8").slice(0, 600)}`);
  }
}

function run(program, args, input) {
  const done = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${program} ended with ${done.status ?? done.signal}: ${done.stderr}`);
  return done.stdout.toString().trimEnd().split("\n");
}

async function compare(engine, program) {
  const functions = run(program, ["--list"], "").map((line) => {
    const [name, min, max, same] = line.split(" ");
    return { name, min: Number(min), max: Number(max), same: same === "1" };
  });
  const calls = function_calls(functions).filter((call) => !panics(call));
  const ours = run(program, [], calls.map((call) => `${call}\n`).join("")).map((line) => JSON.parse(line));
  let wrong = 0;
  let meant = 0;
  for (let from = 0; from < calls.length; from += BATCH) {
    const answers = await ask(engine, calls.slice(from, from + BATCH));
    answers.forEach((answer, i) => {
      const call = calls[from + i];
      const our = ours[from + i];
      if (our === answer) return;
      if (differs(call, our, answer)) return void meant++;
      if (++wrong <= SHOWN) console.log(`${call}\n  engine:   ${answer.slice(0, 300)}\n  millrace: ${our.slice(0, 300)}`);
    });
  }
  console.log(`${calls.length} calls of ${functions.length} functions, ${wrong} differences, and ${meant} that are meant`);
  return wrong === 0;
}

// Whether a value has a method: what it makes of its arguments does not matter here.
async function compare_methods(engine, program) {
  const rows = run(program, ["--methods"], "").map((line) => line.split("\t"));
  let wrong = 0;
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH);
    const answers = await ask(engine, batch.map(([value, name]) => `(${value}).${name}()`));
    batch.forEach(([value, name, ours], i) => {
      const engines = !/no such method found|cannot be called on value/.test(answers[i]);
      if (engines === (ours === "1") || name === "patch") return; // value::patch is not here
      if (++wrong <= SHOWN) console.log(`(${value}).${name}(): ${engines ? "the engine has it, we do not" : "we have it, the engine does not"}`);
    });
  }
  console.log(`${rows.length} methods, ${wrong} differences`);
  return wrong === 0;
}

async function main([mode, ...paths]) {
  const engine = await Engine.open("mem://");
  await engine.call("use", ["test", "test"]);
  if (!mode.startsWith("--")) return (await compare(engine, mode)) && (await compare_methods(engine, mode));
  let count = 0;
  let wrong = 0;
  for (const path of paths) {
    const lines = readFileSync(path, "utf8").split("\n");
    const asked = lines.filter(is_asked);
    const answers = await ask(engine, asked.map((line) => line.split("\t")[0]));
    const answer_of = new Map(asked.map((line, i) => [line, answers[i]]));
    count += asked.length;
    if (mode === "--write") {
      writeFileSync(path, lines.map((line) => {
        if (!answer_of.has(line)) return line;
        const [call, outcome, engines] = line.split("\t");
        return engines === undefined ? `${call}\t${answer_of.get(line)}` : `${call}\t${outcome}\t${answer_of.get(line)}`;
      }).join("\n"));
      continue;
    }
    for (const [line, answer] of answer_of) {
      const [call, outcome, engines] = line.split("\t");
      if ((engines ?? outcome) === answer && engines !== outcome) continue;
      wrong++;
      console.log(`${call}\n  engine: ${answer}\n  table:  ${engines ?? outcome}`);
    }
  }
  console.log(`${count} calls, ${wrong} differences`);
  return wrong === 0 && count > 0;
}

process.exit((await main(process.argv.slice(2))) ? 0 : 1);

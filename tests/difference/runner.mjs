// SPDX-License-Identifier: Apache-2.0
//
// query_runner as a child: millrace's answers.
//
//   const runner = new Runner("build/ci/bin/query_runner");
//   await runner.ask("SELECT a FROM $input", records, { workers: 2, bytes: 1000 });
//   → { rows: [value, …], rejects: [[3, "reason"]] }, or { refused: "why" }; and defect when something contradicts itself
//   await runner.end();

import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { json, parse } from "./typed.mjs";

export class Runner {
  #child;
  #lines;
  #path;

  constructor(path) {
    this.#path = path;
    this.#start();
  }

  #start() {
    this.#child = spawn(this.#path, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdin.on("error", () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask(query, records, options = {}) {
    const forms = records.map(json);
    const request = { query, records: forms.map(([text]) => text), types: forms.map(([, types]) => types), ...options };
    this.#child.stdin.write(JSON.stringify(request) + "\n");
    const { value, done } = await this.#lines.next();
    if (done) {
      const how = this.#child.exitCode ?? this.#child.signalCode;
      this.#start();
      return { rows: [], rejects: [], defect: `query_runner ended: ${how}` };
    }
    const answer = JSON.parse(value);
    return { ...answer, rows: answer.rows.map(parse) };
  }

  end() {
    this.#child.stdin.end();
  }
}

// [{ name, least, most, same }] of every function; `most` 255: any number.
export function functions(path) {
  const lines = execFileSync(path, ["--functions"], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [name, least, most, same] = line.split(" ");
    return { name, least: Number(least), most: Number(most), same: same === "true" };
  });
}

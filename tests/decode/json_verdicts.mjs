// SPDX-License-Identifier: Apache-2.0
// Usage: node json_verdicts.mjs FILE. Each line of FILE is a text in base64; prints a line of 1 (JSON.parse takes it) and 0.
import { readFileSync } from 'node:fs';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const verdict = (line) => {
  try {
    JSON.parse(decoder.decode(Buffer.from(line, 'base64')));
    return '1';
  } catch {
    return '0';
  }
};
const lines = readFileSync(process.argv[2], 'latin1').split('\n');
lines.pop();
console.log(lines.map(verdict).join(''));

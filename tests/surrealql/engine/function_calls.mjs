// SPDX-License-Identifier: Apache-2.0
//
// Calls of every function: with one and two arguments of every value below, with three drawn at random.

import { text_calls } from "./function_texts.mjs";

const NUMBERS = ["0", "1", "-3", "7", "100", "9223372036854775807", "-9223372036854775808", "0f", "-0f", "2.5f", "-2.5f", "0.1f", "3f", "1e18f", "NaN", "Infinity",
  "-Infinity", "0dec", "2.50dec", "-2.5dec", "0.015dec", "12dec"];
const TEXTS = ["''", "'a'", "'abc'", "'Hello World'", "'añb😀'", "'ΑΣΣΑΣ'", "'straße ŉ'", "'  a  b '", "'a,b,,c'", "'1.2.3'", "'1.2.3-beta.1+b.01'", "'2024-05-01T12:34:56.5Z'",
  "'https://user@www.Example.com:8080/a/../b?q=1#f'", "'a.b@example.com'", "'127.0.0.1'", "'::1'", "'person:1'", "'01ARZ3NDEKTSV4RRFFQ69G5FAV'", "'aGVsbG8='", "'ff00'",
  "'018e2a4e-0000-7000-8000-000000000000'", "'day'", "'%Y-%m-%d'", "'[a-c]+'", "'desc'", "'-89.5'", "'martha'", "'marhta'", "'<a href=\"x\">'"];
const ARRAYS = ["[]", "[1]", "[1, 2, 3]", "[3, 1, 2, 2, 1f]", "[1, 2.5f, 3dec]", "['b', 'a', 'A10', 'a9']", "[[1, 2], [3]]", "[NONE, NULL, true, 0]", "[['a', 1], ['b', 2]]",
  "[d'2024-05-01T12:34:56Z', d'1969-12-31T23:59:59.999999999Z']", "[4, -4, 0.5f]", "['a', 1, [1], {a: 1}]"];
const OTHERS = ["NONE", "NULL", "true", "false", "1h", "1w2d3h4m5s6ms7µs8ns", "584942417355y", "0ns", "15m", "d'2024-02-29T12:34:56.123456789Z'", "d'1969-12-31T23:59:59.999999999Z'",
  "d'-262143-01-01T00:00:00Z'", "d'+12345-06-07T08:09:10Z'", "u'018e2a4e-0000-7000-8000-000000000000'", "u'c232ab00-9414-11ec-b3c8-9f68deced846'", "{  }", "{ a: 1, b: 2 }",
  "{ a: 3, c: 'x' }", "b\"\"", "b\"68656C6C6F\"", "b\"C341\"", "person:1", "1..3", "1>..=3", "..2", "-2..", "/b+/"];
const ALL = [...NUMBERS, ...TEXTS, ...ARRAYS, ...OTHERS];

// What a function takes first; others take anything.
const FIRST = { string: TEXTS, math: NUMBERS, array: ARRAYS, vector: ARRAYS, parse: TEXTS, crypto: TEXTS };

function generator(seed) {
  let state = BigInt(seed) & 0xffffffffffffffffn;
  return (limit) => { // splitmix64
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return Number((z ^ (z >> 31n)) % BigInt(limit));
  };
}

// `functions` is [{name, min, max, same}], as the program lists them.
export function function_calls(functions) {
  const seed = process.env.MILLRACE_SEED ?? String(Date.now());
  console.log(`MILLRACE_SEED=${seed}`);
  const below = generator(seed);
  const drawn = (values) => values[below(values.length)];
  const calls = [];
  for (const { name, min, max, same } of functions) {
    if (!same && min === 0) continue; // it gives another answer each time
    const family = FIRST[name.split("::")[0]];
    const call = (...values) => calls.push(`${name}(${values.join(", ")})`);
    if (min === 0) call();
    if (max >= 1) for (const a of ALL) call(a);
    if (max >= 2) {
      const firsts = family ?? ALL;
      for (const a of firsts) for (const b of ALL) if (below(firsts.length) < 6) call(a, b);
      for (let i = 0; i < 40; i++) call(drawn(ALL), drawn(ALL));
    }
    for (let i = 0; i < 150 && max >= 3; i++) call(drawn(below(3) ? (family ?? ALL) : ALL), drawn(ALL), drawn(below(2) ? NUMBERS : ALL));
    for (let i = 0; i < 150 && max >= 4; i++) call(drawn(family ?? ALL), drawn(ALL), drawn(NUMBERS), drawn(NUMBERS));
  }
  return [...new Set([...calls, ...text_calls(below)])];
}

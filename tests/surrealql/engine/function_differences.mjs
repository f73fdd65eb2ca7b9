// SPDX-License-Identifier: Apache-2.0
//
// Where our functions differ from SurrealDB 3.0.2's and mean to (docs/surrealql-functions.md says why), and what ends the engine.

// Calls that end the engine with a panic.
export function panics(call) {
  if (/^math::fixed\(/.test(call)) return /(9223372036854775807|1e18f)\)$/.test(call); // more digits than its formatting takes
  if (/^array::fill\(/.test(call)) return /1>?\.\.=3/.test(call); // a range to the last element and beyond
  if (/^math::clamp\(/.test(call)) return /NaN|^[^(]*\([^,]*dec,.*Infinity/.test(call);
  if (/^math::lerp(angle)?\(/.test(call)) return /dec\)$/.test(call) && /1e18f|Infinity|\d{19}/.test(call); // decimals that overflow
  return false;
}

export function differs(call, ours, engines) {
  if (/^array::(every|includes|index_of|some)\(/.test(call)) return /Unknown function/.test(engines); // it knows them as methods only
  if (/^(math::(sum|product)|vector::)/.test(call)) return /^error: Cannot perform .* with '-?\d+' and '-?\d+'$/.test(ours); // its ints wrap around there
  if (/^string::matches\(/.test(call)) return /\\b|\\B/.test(call) && /[^\x00-\x7f]/.test(call); // RE2's words are of ASCII
  if (/^string::slug\(/.test(call)) return /[^\x00-\u052f]/.test(call); // scripts and pictures that ICU romanizes otherwise
  return false;
}

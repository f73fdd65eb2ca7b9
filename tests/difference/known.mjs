// SPDX-License-Identifier: Apache-2.0
//
// Where millrace differs from SurrealDB 3.0.2 on purpose. The section of docs/processing.md is this table: `node known.mjs` prints it.
// `is` finds such a difference among those of random queries; cases of tests/surrealql/cases name a difference by its key.

export const KNOWN = [
];

export const known_of = (difference) => KNOWN.find(({ is }) => is?.(difference));

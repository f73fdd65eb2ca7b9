// SPDX-License-Identifier: Apache-2.0
//
// A value as text that keeps its type, as the files in tests/surrealql/cases have it and engine.mjs writes what the engine gives:
//
//   NONE  NULL  true  1  1.5f  1.5dec  "text"  d"2024-05-06T07:08:09Z"  1h30m  u"0190…"  b"00ff"  r(person:1)
//   [1, "a"]  {a: 1, "b c": 2}  range(1..=3)  regex("/a/")
//
// Floats are written as JavaScript writes numbers, decimals without zeros at their end, members in the order of their keys.
#pragma once

#include <string>

#include "millrace/surrealql/operations.h"

namespace millrace::testing {

void append_typed(std::string& out, const surrealql::Datum& datum, surrealql::Evaluation& evaluation);

}  // namespace millrace::testing

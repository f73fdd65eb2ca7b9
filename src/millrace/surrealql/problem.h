// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a query, and where: in words that show the line.
//
//   line 1, column 8: there is no function string::uper; did you mean string::upper?
//     SELECT string::uper(title) FROM $input
//            ^^^^^^^^^^^^
//
// Inside this room a Problem is thrown, and becomes an Error at its wall.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/surrealql/token.h"

namespace millrace::surrealql {

struct Problem {
  Span span;
  std::string message;
};

// invalid_argument; the message has the line, the column (in characters, from 1; a tab is one) and the line itself, where a tab is a
// space, with carets where a terminal shows what is meant.
Error to_error(const Problem& problem, std::string_view query);

// Of `names` the one nearest to `name` by edits (Damerau and Levenshtein), upper and lower case being one; empty when none is near.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names);

}  // namespace millrace::surrealql

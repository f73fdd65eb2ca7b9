// SPDX-License-Identifier: Apache-2.0
//
// Reads the part of SurrealQL that `load --query` knows so far: which fields to keep, and under which names.
//
//   parse_select("SELECT id, title, body AS content FROM $input")
//
// Keywords in any case; names as [A-Za-z_][A-Za-z0-9_]*, or in backticks; `*` for all fields.
#pragma once

#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/projection.h"

namespace millrace::surrealql {

// invalid_argument says what was expected and at which character; what SurrealQL has and this does not is named.
Result<Projection> parse_select(std::string_view text);

}  // namespace millrace::surrealql

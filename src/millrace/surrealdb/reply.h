// SPDX-License-Identifier: Apache-2.0
//
// What comes back over the socket: a map with an id and either `result` or `error`; for a query, `result` is a list
// with one map per statement.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/value.h"
#include "millrace/surrealdb/server_error.h"

namespace millrace::surrealdb {

// One statement's answer. Statements stand in the query's order; servers of 3.x add an entry for BEGIN, COMMIT, LET and
// USE, those of 2.x do not.
using StatementResult = std::expected<Value, ServerError>;

struct Reply {
  std::optional<std::uint64_t> id;  // none for a notification, and when the server could not read the request
  std::expected<Value, ServerError> result;
};

// invalid_json when the frame is no CBOR map with `result` or `error`.
Result<Reply> read_reply(std::string_view frame);

// internal when the result of a call is no list of statements.
Result<std::vector<StatementResult>> read_statements(Value result);

}  // namespace millrace::surrealdb

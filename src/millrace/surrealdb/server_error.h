// SPDX-License-Identifier: Apache-2.0
//
// What a SurrealDB says when it refuses, and what that means for the caller. Servers of 3.x name a kind and details;
// those of 2.x have a number and a text, and for a statement the text alone.
//
//   ServerError{.kind = "AlreadyExists", .message = "Database record `post:1` already exists"}   → Code::duplicate
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/value.h"

namespace millrace::surrealdb {

struct ServerError {
  std::int64_t number = 0;  // JSON-RPC's code; 0 when there is none
  std::string kind;         // 3.x: Validation, NotAllowed, NotFound, AlreadyExists, Query, Thrown, Internal, …
  Value details;            // 3.x: {kind, details?}, nested
  std::string message;      // the store's own words
};

// conflict, duplicate, unauthorized, forbidden, not_found, too_large, overloaded (the server's time limit included: it
// rolled back), unavailable (shutting down), invalid_argument (the query does not parse); refused for all else.
Code classify(const ServerError& error);

// The store's own words under the code that classify() finds.
Error to_error(const ServerError& error);

// Reads the `error` member of a reply, and the map of a failed statement.
ServerError read_rpc_error(const Value& error);
ServerError read_statement_error(const Value& statement);

}  // namespace millrace::surrealdb

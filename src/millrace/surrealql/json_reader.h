// SPDX-License-Identifier: Apache-2.0
//
// Reads JSON text that was validated when the record was read, so that no step can fail. Private to this room.
#pragma once

#include <string_view>

#include "millrace/surrealql/arena.h"
#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

// An int; outside int64 a decimal when 96 bits hold it, else a float.
Datum read_json_integer(std::string_view digits, Arena& arena);
// The float next to it: an infinity beyond a double's range, a zero below it.
Datum read_json_real(std::string_view number);
// What the text between a string's quotes says, in the arena.
std::string_view unescape_json(std::string_view text, Arena& arena);
// The value, open all the way down. Strings without escapes are views into the text.
Datum read_json_value(std::string_view text, Arena& arena);

}  // namespace millrace::surrealql

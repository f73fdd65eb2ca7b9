// SPDX-License-Identifier: Apache-2.0
//
// What somebody who knows SQL, or SurrealQL 2, writes, and what it is here. Private to this room.
#pragma once

#include <string_view>

namespace millrace::surrealql {

// "DISTINCT", "LIKE", "HAVING", in any case: words that say what to write instead; empty for any other.
std::string_view hint_for(std::string_view word);
// "upper" → "string::uppercase", "type::thing" → "type::record"; empty when there is none of another name.
std::string_view function_once_named(std::string_view name);
// "integer" → "int"
std::string_view type_once_named(std::string_view name);

}  // namespace millrace::surrealql

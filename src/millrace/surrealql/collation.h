// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY … COLLATE and NUMERIC: how texts are compared, after the engine's (the Rust crate lexicmp).
//
//   COLLATE   without regard to case; what is neither letter nor digit comes first: "e" = "E" < "f"
//   NUMERIC   runs of digits as numbers: "a2" < "a10"
//
// Texts that are level so are compared byte by byte.
#pragma once

#include <compare>
#include <string_view>

namespace millrace::surrealql {

struct Collation {
  bool collate = false;
  bool numeric = false;
};

std::strong_ordering compare_texts(std::string_view a, std::string_view b, Collation how);

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
//
// Sixty-four bits of a key in the keys' own order, as far as they go: what sorting looks at before it follows the keys' pointers.
//
//   SortPrefix prefix;
//   for (const Datum& key : keys) prefix.see(key);
//   prefix.of(a) < prefix.of(b)      // then compare(a, b) < 0. When they are equal, compare() says.
//
// What all strings begin with is left out, so that "user-000123" differs in its prefix, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "millrace/surrealql/datum.h"

namespace millrace::surrealql {

class SortPrefix {
 public:
  // All keys that of() will be asked for; they stay where they are.
  void see(const Datum& key);
  std::uint64_t of(const Datum& key) const;

 private:
  bool is_first_ = true;
  bool is_mixed_ = false;  // not of one type all
  Type type_ = Type::none;
  std::string_view common_;  // what all strings begin with
};

}  // namespace millrace::surrealql

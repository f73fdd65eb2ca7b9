// SPDX-License-Identifier: Apache-2.0
// What profile_scope.h refuses: each line with "// error:" is refused by that rule, every other compiles (tests/support/expect_errors.py).
#define MILLRACE_PROFILE
#include "millrace/telemetry/profile.h"

namespace millrace::telemetry {

constexpr ScopeName good{"a \"scope\" ~"};

constexpr ScopeName no_name{""};         // error: a_scope_has_a_name
constexpr ScopeName new_line{"a\nb"};    // error: a_scopes_name_is_printable_ascii
constexpr ScopeName umlaut{"größe"};     // error: a_scopes_name_is_printable_ascii

void scopes() {
  MILLRACE_PROFILE_SCOPE("good", "rows", 1);
  MILLRACE_PROFILE_SCOPE("");              // error: a_scope_has_a_name
  MILLRACE_PROFILE_SCOPE("a", "größe", 1);  // error: a_scopes_name_is_printable_ascii
}

}  // namespace millrace::telemetry

// SPDX-License-Identifier: Apache-2.0
//
// Rewrites JSON text so that no object holds a key twice. Private to `record`.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

// Appends the validated value with, in every object, only the last of the members that share a key, in the place of the
// first; escaped keys are compared decoded. Numbers and strings stay as they are written, white space between tokens goes.
void append_without_repeats(std::string& out, std::string_view validated);

}  // namespace millrace

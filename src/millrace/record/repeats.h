// SPDX-License-Identifier: Apache-2.0
//
// Objects out of texts that may hold a key twice. Private to `record`.
#pragma once

#include "millrace/record/value.h"

namespace millrace {

// Of the members that share a key the last one's value stays, in the place of the first.
void keep_last_of_repeats(Object& members);

}  // namespace millrace

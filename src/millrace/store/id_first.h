// SPDX-License-Identifier: Apache-2.0
//
// A stored record as get() and scan() give it: a JSON object whose first member is its id.
#pragma once

#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/record.h"

namespace millrace::store {

// `body` is the record as a store keeps it, valid JSON with the id at any place or none. It is given as it is when it
// begins with that id; otherwise its members move behind the id, each value's text unchanged. `io` when others have
// written something into the store that is no JSON object.
Result<std::string> id_first(const RecordId& id, std::string_view body);

}  // namespace millrace::store

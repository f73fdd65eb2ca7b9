// SPDX-License-Identifier: Apache-2.0
//
// What a program hands over as Values was never scanned. Private to `record`.
#pragma once

#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/value.h"

namespace millrace {

// invalid_record unless every text is UTF-8, every decimal has 1 to Decimal::digits_max digits, and nothing nests deeper
// than cbor::json_depth_max: SurrealDB refuses a whole request for one such value.
Result<void> check_member(std::string_view key, const Value& value);

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
//
// Whether a record that is to be written is the one that a store has under its id.
#pragma once

#include <cstddef>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/record/block.h"

namespace millrace::batch {

// Its created_at is millrace's to give, not its own.
bool has_time_of_millrace(const Block::Entry& entry);

// `stored` is what Store::get() gave. Contents are compared as JSON shows them, without ids and whatever the order of fields;
// of SurrealDB's those that the record has.
// invalid_json when one of the two is none.
Result<bool> is_same_record(const Block& block, std::size_t index, std::string_view stored, bool with_created_at);

}  // namespace millrace::batch

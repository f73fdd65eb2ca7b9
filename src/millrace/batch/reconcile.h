// SPDX-License-Identifier: Apache-2.0
//
// After a lost reply: what the store holds under a record's id. Private to `batch`.
#pragma once

#include "millrace/store/store.h"

namespace millrace::batch {

enum class Found : std::uint8_t { nothing, same, other };

// Reads the record back by its id and compares contents, whatever the order of fields. Errors are the store's.
Result<Found> read_back(store::Store& store, const Lane& lane, const Block& block, std::size_t index);

}  // namespace millrace::batch

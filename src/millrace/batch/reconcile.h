// SPDX-License-Identifier: Apache-2.0
//
// After a lost reply, or an earlier run: what the store holds under records' ids. Private to `batch`.
#pragma once

#include <vector>

#include "millrace/batch/rows.h"
#include "millrace/store/store.h"

namespace millrace::batch {

enum class Found : std::uint8_t { nothing, same, other };

// Reads the records back by their ids and compares contents, whatever the order of fields. Errors are the store's.
// `by_earlier_run`: a created_at that millrace gives is then not the same, and left out.
Result<std::vector<Found>> read_back(store::Store& store, const Lane& lane, const Runs& runs, bool by_earlier_run);

}  // namespace millrace::batch

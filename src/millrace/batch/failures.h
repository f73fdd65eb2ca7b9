// SPDX-License-Identifier: Apache-2.0
//
// What the failure of a record means for what is done next. Private to `batch`.
#pragma once

#include <optional>

#include "millrace/batch/controller.h"
#include "millrace/store/store.h"

namespace millrace::batch {

// The store itself is at its end: a full disk, a missing right. Going on would reject every record. `alone`: no other record
// was in the transaction.
bool stops_the_job(const store::RecordOutcome& outcome, bool alone);

// After so many failed attempts. A record that lost so often against others is given up: somebody holds what it wants.
bool may_retry(Code code, int attempts);

// What it says of the store's load.
std::optional<Brake> brake_of(Code code);

}  // namespace millrace::batch

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

// Nothing of the request was decided: all of it is sent again, or ends the job. A refusal decides.
bool is_failure(const store::BatchOutcome& outcome);

// Fills in what the outcome says of the store's load: `rows_settled` and `brake`.
void judge(Sample& sample, const store::BatchOutcome& outcome);

}  // namespace millrace::batch

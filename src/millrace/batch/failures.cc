// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/failures.h"

namespace millrace::batch {
namespace {

constexpr int conflict_attempts_max = 30;

}  // namespace

bool stops_the_job(const store::RecordOutcome& outcome, bool alone) {
  const Code code = outcome.error->code;
  if (code == Code::forbidden) return alone && outcome.verdict == store::Verdict::unsettled;
  return code == Code::io || code == Code::unauthorized || code == Code::internal || code == Code::interrupted;
}

bool may_retry(Code code, int attempts) { return is_retryable(code) && (code != Code::conflict || attempts < conflict_attempts_max); }

std::optional<Brake> brake_of(Code code) {
  if (code == Code::conflict) return Brake::conflict;
  if (code == Code::overloaded || code == Code::too_large) return Brake::overload;
  return code == Code::unknown_outcome ? std::optional(Brake::timeout) : std::nullopt;
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/failures.h"

#include <algorithm>

namespace millrace::batch {
namespace {

constexpr int conflict_attempts_max = 30;

bool is_fatal(Code code) {
  return code == Code::io || code == Code::unauthorized || code == Code::internal || code == Code::interrupted;
}

std::optional<Brake> brake_of(Code code) {
  if (code == Code::conflict) return Brake::conflict;
  if (code == Code::overloaded || code == Code::too_large) return Brake::overload;
  return code == Code::unknown_outcome ? std::optional(Brake::timeout) : std::nullopt;
}

}  // namespace

bool stops_the_job(const store::RecordOutcome& outcome, bool alone) {
  const Code code = outcome.error->code;
  if (code == Code::forbidden) return alone && outcome.verdict == store::Verdict::unsettled;
  return is_fatal(code);
}

bool may_retry(Code code, int attempts) { return is_retryable(code) && (code != Code::conflict || attempts < conflict_attempts_max); }

bool is_failure(const store::BatchOutcome& outcome) {
  return !outcome.records.empty() && std::ranges::all_of(outcome.records, [](const store::RecordOutcome& record) {
    if (!record.error) return false;
    const Code code = record.error->code;
    return is_retryable(code) || code == Code::unknown_outcome || is_fatal(code);
  });
}

void judge(Sample& sample, const store::BatchOutcome& outcome) {
  sample.rows_settled = sample.rows;
  for (const store::RecordOutcome& record : outcome.records) {
    if (!record.error) continue;
    if (const std::optional<Brake> brake = brake_of(record.error->code)) sample.brake = brake;
    --sample.rows_settled;
  }
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/transaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::store {

std::vector<Transaction> transactions_of(const Batch& batch) {
  MILLRACE_ASSERT(batch.rows_per_transaction > 0);
  std::vector<Transaction> transactions;
  std::size_t position = 0;
  for (const BlockRun& run : batch.runs) {
    for (std::size_t first = run.first; first < run.last;) {
      if (transactions.empty() || position - transactions.back().first == batch.rows_per_transaction) {
        transactions.push_back({.first = position, .last = position, .runs = {}});
      }
      Transaction& open = transactions.back();
      const std::size_t rows = std::min(run.last - first, open.first + batch.rows_per_transaction - position);
      open.runs.push_back({run.block, first, first + rows});
      first += rows;
      position += rows;
      open.last = position;
    }
  }
  return transactions;
}

void Outcomes::skip(std::size_t index) { at(index).verdict = Verdict::skipped; }

void Outcomes::reject(std::size_t index, Error error) {
  at(index) = {.verdict = Verdict::rejected, .error = std::move(error)};
}

void Outcomes::unsettle(std::size_t first, std::size_t last, const Error& error) {
  for (std::size_t i = first; i < last; ++i) at(i) = {.verdict = Verdict::unsettled, .error = error};
}

void Outcomes::name(std::size_t index) { at(index).named = true; }

void Outcomes::settle(std::size_t first, BatchOutcome outcome) {
  for (RecordOutcome& record : outcome.records) at(first++) = std::move(record);
}

RecordOutcome& Outcomes::at(std::size_t index) {
  records_.resize(size_);
  return records_[index];
}

Error duplicate_error(const IdView& id, const Lane& lane) {
  return {Code::duplicate, fmt::format("id {} is already in table {}", id.to_string(), lane.table), {}};
}

}  // namespace millrace::store

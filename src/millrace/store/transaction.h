// SPDX-License-Identifier: Apache-2.0
//
// How a store cuts a batch into transactions, and gathers what became of its records.
//
//   Outcomes outcomes(batch.size());
//   for (const Transaction& transaction : transactions_of(batch)) {
//     if (auto done = commit(transaction); !done) outcomes.unsettle(transaction.first, transaction.last, done.error());
//   }
//   return std::move(outcomes).take();
#pragma once

#include <cstddef>
#include <vector>

#include "millrace/store/store.h"

namespace millrace::store {

// The records [first, last) of a batch, counted over all its runs.
struct Transaction {
  std::size_t first = 0;
  std::size_t last = 0;
  std::vector<BlockRun> runs;
};

// In the batch's order, each of `rows_per_transaction` records but the last, and none empty.
std::vector<Transaction> transactions_of(const Batch& batch);

// Costs nothing while every record is written.
class Outcomes {
 public:
  explicit Outcomes(std::size_t size) : size_(size) {}

  void skip(std::size_t index);
  void reject(std::size_t index, Error error);
  // Whatever was said of the records [first, last) before, their transaction failed as a whole.
  void unsettle(std::size_t first, std::size_t last, const Error& error);
  // Of an unsettled transaction: its error names this record.
  void name(std::size_t index);
  // The records from `first` on were a batch of their own.
  void settle(std::size_t first, BatchOutcome outcome);
  BatchOutcome take() && { return {.records = std::move(records_)}; }

 private:
  RecordOutcome& at(std::size_t index);
  std::size_t size_;
  std::vector<RecordOutcome> records_;  // empty until the first record that was not written
};

// "id 7 is already in table post": the words of every store.
Error duplicate_error(const IdView& id, const Lane& lane);

}  // namespace millrace::store

// SPDX-License-Identifier: Apache-2.0
//
// A batch on its way to SurrealDB: the request that carries it, and what the answer says of its records.
#pragma once

#include <vector>

#include "millrace/store/store.h"
#include "millrace/store/transaction.h"
#include "millrace/surrealdb/client.h"

namespace millrace::store {

class SurrealBatch {
 public:
  // `verify`: every statement gives the ids of what it wrote.
  SurrealBatch(Batch batch, bool verify);

  bool empty() const { return transactions_.empty(); }
  surrealdb::Request request() const;
  BatchOutcome settle(surrealdb::QueryResult answer) const;

 private:
  enum class Form : std::uint8_t { insert, create, ignore, upsert, insert_verified, upsert_verified };
  static Form form_of(const Batch& batch, bool verify);
  bool gives_ids() const;
  void fail(const Transaction& transaction, const Error& error, Outcomes& outcomes) const;
  void name_culprit(const Transaction& transaction, const Error& error, Outcomes& outcomes) const;
  void compare_ids(const Transaction& transaction, const Value& written, Outcomes& outcomes) const;

  Batch batch_;
  Form form_;
  std::vector<Transaction> transactions_;
};

}  // namespace millrace::store

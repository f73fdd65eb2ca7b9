// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/surreal_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "millrace/record/cbor.h"
#include "millrace/telemetry/profile.h"

namespace millrace::store {
namespace {

// What a frame holds beside the rows, at most: its head, and for each transaction a statement, a name and an array's head.
constexpr std::size_t frame_head_bytes = 128;
constexpr std::size_t transaction_head_bytes = 128;

// The record has no part in these: another would fare no better, or the same may fare better later.
bool is_the_stores_fault(Code code) {
  return is_retryable(code) || code == Code::unknown_outcome || code == Code::unauthorized || code == Code::forbidden ||
         code == Code::io;
}

// What may be an id in a refusal of a record of `table`: "Database record `post:7` already exists". A key may hold a
// backtick itself, so every one that follows is tried as the end.
std::vector<RecordId> ids_in(std::string_view message, std::string_view table) {
  constexpr std::size_t candidates_max = 4;
  std::vector<RecordId> ids;
  std::size_t begin = message.find(fmt::format("`{}:", table));
  if (begin == std::string_view::npos) return ids;
  for (std::size_t end = ++begin; ids.size() < candidates_max;) {
    end = message.find('`', end + 1);
    if (end == std::string_view::npos) break;
    if (Result<RecordId> id = parse_record_id(message.substr(begin, end - begin), table)) ids.push_back(*std::move(id));
  }
  return ids;
}

}  // namespace

SurrealBatch::SurrealBatch(Batch batch, bool verify) : batch_(std::move(batch)), form_(form_of(batch_, verify)) {
  if (form_ == Form::upsert_verified) batch_.rows_per_transaction = 1;  // a FOR has no result
  transactions_ = transactions_of(batch_);
}

SurrealBatch::Form SurrealBatch::form_of(const Batch& batch, bool verify) {
  switch (batch.on_duplicate) {
    case OnDuplicate::skip: return Form::ignore;
    case OnDuplicate::replace: return verify ? Form::upsert_verified : Form::upsert;
    case OnDuplicate::fail: break;
  }
  if (verify) return Form::insert_verified;
  return batch.shape == StatementShape::create ? Form::create : Form::insert;
}

bool SurrealBatch::gives_ids() const {
  return form_ == Form::ignore || form_ == Form::insert_verified || form_ == Form::upsert_verified;
}

surrealdb::Request SurrealBatch::request() const {
  MILLRACE_PROFILE_SCOPE("make request", "rows", batch_.size());
  constexpr auto statement_of = [](Form form) -> std::string_view {
    switch (form) {
      case Form::insert: return "INSERT INTO $tb $b{} RETURN NONE;";
      case Form::create: return "FOR $r IN $b{} {{ CREATE $r.id CONTENT $r RETURN NONE }};";
      case Form::ignore: return "INSERT IGNORE INTO $tb $b{} RETURN VALUE id;";
      case Form::upsert: return "FOR $r IN $b{} {{ UPSERT $r.id CONTENT $r RETURN NONE }};";
      case Form::insert_verified: return "INSERT INTO $tb $b{} RETURN VALUE id;";
      case Form::upsert_verified: return "UPSERT $b{0}[0].id CONTENT $b{0}[0] RETURN VALUE id;";
    }
    std::unreachable();
  };
  std::string text;
  for (std::size_t i = 0; i < transactions_.size(); ++i) text += fmt::format(fmt::runtime(statement_of(form_)), i);

  surrealdb::Request request = surrealdb::make_query(text, transactions_.size() + 1);
  std::string& frame = request.frame;
  frame.reserve(frame_head_bytes + transactions_.size() * transaction_head_bytes + batch_.body_bytes());
  cbor::append_text(frame, "tb");
  cbor::append_tag(frame, cbor::Tag::table);
  cbor::append_text(frame, batch_.lane.table);
  for (std::size_t i = 0; i < transactions_.size(); ++i) {
    const Transaction& transaction = transactions_[i];
    cbor::append_text(frame, fmt::format("b{}", i));
    cbor::append_array_head(frame, transaction.last - transaction.first);
    for (const BlockRun& run : transaction.runs) frame.append(run.block->body_run(run.first, run.last));
  }
  return request;
}

BatchOutcome SurrealBatch::settle(surrealdb::QueryResult answer) const {
  MILLRACE_PROFILE_SCOPE("settle request", "rows", batch_.size());
  Outcomes outcomes(batch_.size());
  if (answer && answer->size() != transactions_.size()) {
    answer = millrace::fail(Code::unknown_outcome,
                            fmt::format("the server answered {} of {} statements", answer->size(), transactions_.size()));
  }
  for (std::size_t i = 0; i < transactions_.size(); ++i) {
    if (!answer) {
      fail(transactions_[i], answer.error(), outcomes);
    } else if (const surrealdb::StatementResult& result = (*answer)[i]; !result) {
      fail(transactions_[i], to_error(result.error()), outcomes);
    } else if (gives_ids()) {
      compare_ids(transactions_[i], *result, outcomes);
    }
  }
  return std::move(outcomes).take();
}

void SurrealBatch::fail(const Transaction& transaction, const Error& error, Outcomes& outcomes) const {
  if (transaction.last - transaction.first == 1 && !is_the_stores_fault(error.code)) {
    outcomes.reject(transaction.first, error);
  } else {
    outcomes.unsettle(transaction.first, transaction.last, error);
    if (!is_the_stores_fault(error.code)) name_culprit(transaction, error, outcomes);
  }
}

void SurrealBatch::name_culprit(const Transaction& transaction, const Error& error, Outcomes& outcomes) const {
  const std::vector<RecordId> named = ids_in(error.message, batch_.lane.table);
  if (named.empty()) return;
  std::size_t position = transaction.first;
  for (const BlockRun& run : transaction.runs) {
    for (std::size_t i = run.first; i < run.last; ++i, ++position) {
      if (std::ranges::find(named, run.block->id(i).to_id()) != named.end()) outcomes.name(position);
    }
  }
}

// Those that were not written were skipped; with `fail` or `replace`, denied.
void SurrealBatch::compare_ids(const Transaction& transaction, const Value& written, Outcomes& outcomes) const {
  const Array* const ids = written.get_if<Array>();
  if (ids != nullptr && ids->size() == transaction.last - transaction.first) return;
  std::multiset<RecordId> keys;
  for (const Value& id : ids != nullptr ? *ids : Array{}) {
    if (Result<RecordId> key = read_record_id(id, batch_.lane.table)) keys.insert(*std::move(key));
  }
  std::size_t position = transaction.first;
  for (const BlockRun& run : transaction.runs) {
    for (std::size_t i = run.first; i < run.last; ++i, ++position) {
      if (const auto found = keys.find(run.block->id(i).to_id()); found != keys.end()) {
        keys.erase(found);
      } else if (form_ == Form::ignore) {
        outcomes.skip(position);
      } else {
        outcomes.reject(position,
                        {Code::forbidden, "the store wrote nothing: this user may not create, change or select it", {}});
      }
    }
  }
}

}  // namespace millrace::store

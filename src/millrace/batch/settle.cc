// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a Batcher's records when the store has answered.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "millrace/batch/batcher_impl.h"
#include "millrace/batch/failures.h"
#include "millrace/batch/reconcile.h"

namespace millrace::batch {

void Batcher::Implementation::settle(const Flight& flight, const store::BatchOutcome& outcome) {
  MILLRACE_PROFILE_SCOPE("settle batch", "rows", flight.sample.rows);
  const Group& group = flight.group;
  if (outcome.records.empty()) {
    store_answered();
    for (const store::BlockRun& run : group.runs) settle_written(*run.block, run.first, run.last);
    return;
  }
  const bool alone = flight.sample.limits.rows_per_transaction == 1;
  Group retried{.rows_per_transaction = group.rows_per_transaction, .maybe_written = group.maybe_written, .attempts = group.attempts + 1};
  Group unknown{.rows_per_transaction = group.rows_per_transaction, .read_back = true, .attempts = group.attempts + 1};
  Runs refused;
  Runs named;
  std::optional<Error> failure;
  bool any_settled = false;
  auto record = outcome.records.begin();
  for (const store::BlockRun& run : group.runs) {
    for (std::size_t i = run.first; i < run.last; ++i, ++record) {
      const bool failed = record->verdict == store::Verdict::rejected || record->verdict == store::Verdict::unsettled;
      const bool lost = failed && record->error->code == Code::unknown_outcome;
      if (failed && (lost || may_retry(record->error->code, group.attempts))) {
        if (lost) run.block->entries[i].stamp_at = Block::no_stamp;  // what is found later can be compared with this
        Group& again = lost ? unknown : retried;
        append_row(again.runs, *run.block, i);
        again.retry_for = record->error->code;
        failure = record->error;
      } else if (record->verdict == store::Verdict::unsettled && !alone && !stops_the_job(*record, false)) {
        append_row(record->named && tracks_ids_ ? named : refused, *run.block, i);
      } else if (failed && stops_the_job(*record, alone)) {
        if (!error_) error_ = record->error;  // the record has no outcome: it may be written another time
        append_row(left_over_, *run.block, i);
      } else if (const Result<bool> ours = group.maybe_written ? is_ours_after_all(*run.block, i, *record) : Result<bool>(false); !ours) {
        append_row(unknown.runs, *run.block, i);
        unknown.retry_for = ours.error().code;
        failure = ours.error();
      } else {
        if (failed && alone && !*ours) refusals_.settled(1, 1);
        settle_one(*run.block, i, *ours ? store::RecordOutcome{} : *record);
        any_settled = true;
      }
    }
  }
  if ((any_settled || !refused.empty() || !named.empty()) && !failure) store_answered();
  isolate(flight, std::move(named), std::move(refused));
  if (failure) note_failure(*failure, std::move(retried), std::move(unknown));
}

// Transactions were refused. Whom the store named stands alone from now on; the others are sent again, all together the
// first time, for one culprit is the common case, then in halves of their transactions. All halves of a request go in one
// request again, so that log2(rows) calls settle it, however many culprits there are. A name decides nothing: a record is
// rejected only by the error of a transaction that held nobody else.
void Batcher::Implementation::isolate(const Flight& flight, Runs named, Runs refused) {
  const Group& group = flight.group;
  const bool is_first = group.rows_per_transaction == 0;
  std::size_t rows = std::min(flight.sample.limits.rows_per_transaction, flight.sample.rows);
  if (!is_first || named.empty()) rows /= 2;
  rows = tracks_ids_ ? refusals_.rows_per_transaction_max(std::max<std::size_t>(rows, 1)) : 1;
  const bool maybe = group.maybe_written;
  again_.push({.runs = std::move(named), .rows_per_transaction = 1, .maybe_written = maybe, .attempts = group.attempts});
  again_.push({.runs = std::move(refused), .rows_per_transaction = rows, .maybe_written = maybe, .attempts = group.attempts});
}

void Batcher::Implementation::note_failure(const Error& failure, Group retried, Group unknown) {
  const Instant now = steady_clock::now();
  const Instant not_before = patience_.failed(failure, std::max(retried.attempts, unknown.attempts), now);
  const std::optional<Error> given_up = patience_.given_up(now);
  if (patience_.is_failing() && !given_up && !std::exchange(told_of_failure_, true)) outcomes_.store_fails(failure);
  for (Group* group : {&retried, &unknown}) {
    group->not_before = not_before;
    again_.push(std::move(*group));
  }
  if (!error_) error_ = given_up;
}

void Batcher::Implementation::store_answered() {
  patience_.succeeded();
  if (std::exchange(told_of_failure_, false)) outcomes_.store_answers();
}

// ---- settling

void Batcher::Implementation::settle_written(Block& block, std::size_t first, std::size_t last) {
  for (std::size_t i = first; tracks_ids_ && i < last; ++i) busy_.erase(block, i);
  refusals_.settled(last - first, 0);
  outcomes_.written(block, first, last);
  release(block, last - first);
}

void Batcher::Implementation::settle_one(Block& block, std::size_t index, const store::RecordOutcome& outcome) {
  if (outcome.verdict == store::Verdict::written) return settle_written(block, index, index + 1);
  if (tracks_ids_) busy_.erase(block, index);
  if (outcome.verdict == store::Verdict::skipped) {
    outcomes_.skipped(block, index);
  } else {
    outcomes_.rejected(block, index, *outcome.error);
  }
  release(block, 1);
}

void Batcher::Implementation::abandon(const Error& why) {
  await_in_flight();
  reject_all(std::exchange(left_over_, {}), why);
  while (const std::optional<Group> group = again_.take_due(Instant::max())) {
    Error error = why;
    if (group->read_back || group->maybe_written) error.code = Code::unknown_outcome;
    reject_all(group->runs, error);
  }
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  reject_all(queue_.cut({all, all}, nullptr).runs, why);
  metrics_.queued(0);
  patience_.let_go();
  error_.reset();
}

void Batcher::Implementation::reject_all(const Runs& runs, const Error& error) {
  for (const store::BlockRun& run : runs) {
    for (std::size_t i = run.first; i < run.last; ++i) settle_one(*run.block, i, {store::Verdict::rejected, error});
  }
}

void Batcher::Implementation::release(Block& block, std::size_t settled) {
  if (std::unique_ptr<Block> done = blocks_.settle(block, settled)) outcomes_.released(std::move(done));
}

// After a lost reply, or an earlier run: what is there counts as written, what is not is sent.
void Batcher::Implementation::reconcile(Group group) {
  Group missing{.rows_per_transaction = group.rows_per_transaction, .maybe_written = true, .attempts = group.attempts};
  Group unread{.rows_per_transaction = group.rows_per_transaction, .read_back = true, .attempts = group.attempts + 1};
  const Result<std::vector<Found>> all_found = read_back(store_, lane_, group.runs, options_.maybe_there);
  if (!all_found) {
    unread.runs = std::move(group.runs);
    unread.retry_for = all_found.error().code;
    return note_failure(all_found.error(), {}, std::move(unread));
  }
  store_answered();
  const bool any_found = std::ranges::any_of(*all_found, [](Found found) { return found != Found::nothing; });
  if (looks_left_ != 0) looks_left_ = any_found ? looks_max : looks_left_ - std::min(looks_left_, all_found->size());
  auto found = all_found->begin();
  for (const store::BlockRun& run : group.runs) {
    for (std::size_t i = run.first; i < run.last; ++i, ++found) {
      if (*found == Found::same) {
        settle_written(*run.block, i, i + 1);
      } else if (*found == Found::nothing || options_.on_duplicate == store::OnDuplicate::replace) {
        append_row(missing.runs, *run.block, i);
      } else if (options_.on_duplicate == store::OnDuplicate::skip) {
        settle_one(*run.block, i, {store::Verdict::skipped, std::nullopt});
      } else {
        const std::string words = fmt::format("id {} is already in table {}", run.block->id(i).to_string(), lane_.table);
        settle_one(*run.block, i, {store::Verdict::rejected, Error{Code::duplicate, words, {}}});
      }
    }
  }
  again_.push(std::move(missing));
}

// The id was free when we looked after a lost reply, and taken when we sent again: by the first sending, or by another.
Result<bool> Batcher::Implementation::is_ours_after_all(Block& block, std::size_t index, const store::RecordOutcome& outcome) {
  const bool taken = outcome.verdict == store::Verdict::skipped || (outcome.error && outcome.error->code == Code::duplicate);
  if (!taken) return false;
  const Result<std::vector<Found>> found = read_back(store_, lane_, {{&block, index, index + 1}}, options_.maybe_there);
  if (!found && (is_retryable(found.error().code) || found.error().code == Code::unknown_outcome)) {
    return std::unexpected(found.error());
  }
  return found && found->front() == Found::same;
}

}  // namespace millrace::batch

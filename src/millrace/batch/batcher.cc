// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/batch/batch_metrics.h"
#include "millrace/batch/failures.h"
#include "millrace/batch/held_blocks.h"
#include "millrace/batch/marks.h"
#include "millrace/batch/patience.h"
#include "millrace/batch/reconcile.h"
#include "millrace/batch/refusal_rate.h"
#include "millrace/batch/replies.h"
#include "millrace/batch/resend_queue.h"
#include "millrace/batch/rows.h"

namespace millrace::batch {
namespace {

using std::chrono::steady_clock;

// After an earlier run: records are looked for so many at a time, until so many in a row were not there. What was in flight
// when that run ended is in the store out of the input's order.
constexpr std::size_t look_rows = 1000;
constexpr std::size_t looks_max = 10'000;

// A group that is under way.
struct Flight {
  Group group;
  Sample sample;
};

}  // namespace

class Batcher::Implementation {
 public:
  Implementation(store::Store& store, Lane lane, BatcherOptions options, Outcomes& outcomes)
      : store_(store),
        lane_(std::move(lane)),
        options_(options),
        limits_(options.limits),
        outcomes_(outcomes),
        tracks_ids_(!store.capabilities().repeats_in_batch || store.capabilities().in_flight_max > 1),
        patience_(options.retry),
        again_(tracks_ids_) {
    MILLRACE_ASSERT(limits_.rows() > 0 && limits_.in_flight > 0);
    const store::Capabilities& able = store_.capabilities();
    limits_.in_flight = std::min(limits_.in_flight, able.in_flight_max);
    limits_.request_bytes_max = std::min(limits_.request_bytes_max, able.batch_bytes_max);
    if (options_.maybe_there) looks_left_ = looks_max;
  }
  ~Implementation() { await_in_flight(); }

  void add(std::unique_ptr<Block> block) {
    if (block->size() == 0) return outcomes_.released(std::move(block));
    queue_.push(blocks_.hold(std::move(block)));
    metrics_.queued(queue_.size());
  }

  bool is_idle() const { return blocks_.empty(); }
  bool wants_more() const { return queue_.size() < fresh_size().rows(); }
  BatchCounts counts() const { return counts_; }
  const BatchLimits& limits() const { return options_.controller != nullptr ? options_.controller->limits() : limits_; }

  enum class Until { full_batches_are_sent, a_partial_one_is_sent, all_is_settled };

  Result<void> run(Until until) {
    Result<void> done = send_and_wait(until);
    if (!done) await_in_flight();  // it may still be written: it gets its outcome before anybody counts
    return done;
  }
  void await_in_flight() {
    while (!in_flight_.empty()) wait_for_reply(Instant::max());
  }

 private:
  Result<void> send_and_wait(Until until) {
    for (bool partial_allowed = until != Until::full_batches_are_sent;;) {
      while (take_reply()) {
      }
      if (error_) return std::unexpected(*error_);
      while (in_flight_.size() < limits().in_flight && !error_) {
        const bool sent = send_again() || ((partial_allowed || !wants_more()) && send_fresh());
        if (!sent) break;
        if (until == Until::a_partial_one_is_sent && wants_more()) partial_allowed = false;
        while (take_reply()) {
        }
      }
      if (error_) return std::unexpected(*error_);
      const bool done = until == Until::all_is_settled ? blocks_.empty() : wants_more() || (in_flight_.empty() && !is_held());
      if (done) return {};
      wait_for_reply(next_due());
    }
  }

  struct RequestSize {
    std::size_t rows_per_transaction;
    std::size_t transactions;
    std::size_t rows() const { return rows_per_transaction * transactions; }
  };
  // As many records as the limits say, but in smaller transactions while the store refuses some.
  RequestSize fresh_size() const {
    const RequestSize wanted{limits().rows_per_transaction, limits().transactions_per_request};
    const std::size_t rows = refusals_.rows_per_transaction_max(wanted.rows_per_transaction);
    if (rows == wanted.rows_per_transaction) return wanted;
    return {rows, std::clamp<std::size_t>(wanted.rows() / rows, 1, small_transactions_max)};
  }
  bool is_held() const { return patience_.is_held(steady_clock::now()); }

  Instant next_due() const {
    return queue_.size() != 0 && is_held() ? std::min(again_.next_due(), patience_.held_until()) : again_.next_due();
  }

  // ---- sending

  bool send_again() {
    std::optional<Group> group = again_.take_due(steady_clock::now());
    if (!group) return false;
    if (group->retry_for) {
      ++counts_.retries;
      if (*group->retry_for == Code::conflict) ++counts_.conflicts;
      metrics_.retried(*group->retry_for);
    }
    if (group->read_back) {
      reconcile(std::move(*group));
    } else {
      send(std::move(*group));
    }
    return true;
  }

  bool send_fresh() {
    if (is_held()) return false;
    const RequestSize size = fresh_size();
    const std::size_t rows = looks_left_ != 0 ? std::max(size.rows(), look_rows) : size.rows();
    RowQueue::Cut cut = queue_.cut({rows, limits().request_bytes_max}, tracks_ids_ ? &busy_ : nullptr);
    if (cut.runs.empty()) return false;
    metrics_.queued(queue_.size());
    metrics_.allowed(size.rows(), size.rows_per_transaction, limits().in_flight);
    Group group{.runs = std::move(cut.runs), .maybe_written = options_.maybe_there};
    if (looks_left_ != 0) {
      reconcile(std::move(group));
    } else {
      send(std::move(group), {.bytes = cut.bytes, .full = cut.full});
    }
    return true;
  }

  void send(Group group, Sample sample = {.full = false}) {
    const std::uint64_t number = ++counts_.batches;
    MILLRACE_PROFILE_SCOPE("send batch", "rows", count_rows(group.runs));
    sample.limits = limits();
    sample.limits.rows_per_transaction = group.rows_per_transaction != 0 ? group.rows_per_transaction : fresh_size().rows_per_transaction;
    sample.full = sample.full && sample.limits == limits();
    sample.rows = count_rows(group.runs);
    sample.started = steady_clock::now();
    store::Batch batch{.lane = lane_,
                       .runs = group.runs,
                       .on_duplicate = options_.on_duplicate,
                       .shape = sample.limits.shape,
                       .rows_per_transaction = sample.limits.rows_per_transaction,
                       .checkpoint = options_.checkpoint};
    counts_.batch_records_last = sample.rows;
    metrics_.sent(sample);
    in_flight_.emplace(number, Flight{std::move(group), sample});
    counts_.in_flight_last = in_flight_.size();
    mark_sent(number, sample, in_flight_.size());
    store_.write(std::move(batch), [this, number](store::BatchOutcome outcome) {
      replies_.put({number, std::move(outcome), steady_clock::now()});
    });
  }

  // ---- replies

  void wait_for_reply(Instant due) {
    // A stop is looked for now and then: it comes from a signal handler, which may not notify.
    const Instant look = steady_clock::now() + std::chrono::milliseconds(200);
    replies_.wait_until(std::min(due, look));
    if (in_flight_.empty() && options_.stop.stop_requested() && (is_held() || !again_.empty()) && !error_) {
      error_ = patience_.last_failure().value_or(Error{Code::interrupted, "stopped", {}});
      error_->code = Code::interrupted;
    }
    if (!in_flight_.empty()) take_reply();
  }

  bool take_reply() {
    const std::optional<Reply> reply = replies_.take();
    if (!reply) return false;
    const auto flight = in_flight_.find(reply->number);
    MILLRACE_ASSERT(flight != in_flight_.end());
    Flight landed = std::move(flight->second);
    in_flight_.erase(flight);
    counts_.calls += reply->outcome.calls;
    mark_answered(reply->number, landed.sample, reply->at);
    landed.sample.ended = reply->at;
    metrics_.landed(landed.sample, !is_failure(reply->outcome));
    settle(landed, reply->outcome);
    tell(landed.sample, landed.group.rows_per_transaction == 0 && landed.group.attempts == 0, reply->outcome);
    return true;
  }

  // Refusals, and what is sent again, say nothing of a store's speed; conflicts, time-outs and overload say that it is asked
  // too much.
  void tell(Sample sample, bool is_fresh, const store::BatchOutcome& outcome) {
    if (options_.controller == nullptr) return;
    sample.in_flight = in_flight_.size();
    judge(sample, outcome);
    if ((!is_fresh || sample.rows_settled != sample.rows) && !sample.brake) return;
    options_.controller->finished(sample, sample.ended);
    if (options_.observe) options_.observe(sample);
  }

  void settle(const Flight& flight, const store::BatchOutcome& outcome) {
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
  void isolate(const Flight& flight, Runs named, Runs refused) {
    const Group& group = flight.group;
    const bool is_first = group.rows_per_transaction == 0;
    std::size_t rows = std::min(flight.sample.limits.rows_per_transaction, flight.sample.rows);
    if (!is_first || named.empty()) rows /= 2;
    rows = tracks_ids_ ? refusals_.rows_per_transaction_max(std::max<std::size_t>(rows, 1)) : 1;
    const bool maybe = group.maybe_written;
    again_.push({.runs = std::move(named), .rows_per_transaction = 1, .maybe_written = maybe, .attempts = group.attempts});
    again_.push({.runs = std::move(refused), .rows_per_transaction = rows, .maybe_written = maybe, .attempts = group.attempts});
  }

  void note_failure(const Error& failure, Group retried, Group unknown) {
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

  void store_answered() {
    patience_.succeeded();
    if (std::exchange(told_of_failure_, false)) outcomes_.store_answers();
  }

  // ---- settling

  void settle_written(Block& block, std::size_t first, std::size_t last) {
    for (std::size_t i = first; tracks_ids_ && i < last; ++i) busy_.erase(block, i);
    refusals_.settled(last - first, 0);
    outcomes_.written(block, first, last);
    release(block, last - first);
  }

  void settle_one(Block& block, std::size_t index, const store::RecordOutcome& outcome) {
    if (outcome.verdict == store::Verdict::written) return settle_written(block, index, index + 1);
    if (tracks_ids_) busy_.erase(block, index);
    if (outcome.verdict == store::Verdict::skipped) {
      outcomes_.skipped(block, index);
    } else {
      outcomes_.rejected(block, index, *outcome.error);
    }
    release(block, 1);
  }

  void release(Block& block, std::size_t settled) {
    if (std::unique_ptr<Block> done = blocks_.settle(block, settled)) outcomes_.released(std::move(done));
  }

  // After a lost reply, or an earlier run: what is there counts as written, what is not is sent.
  void reconcile(Group group) {
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
  Result<bool> is_ours_after_all(Block& block, std::size_t index, const store::RecordOutcome& outcome) {
    const bool taken = outcome.verdict == store::Verdict::skipped || (outcome.error && outcome.error->code == Code::duplicate);
    if (!taken) return false;
    const Result<std::vector<Found>> found = read_back(store_, lane_, {{&block, index, index + 1}}, options_.maybe_there);
    if (!found && (is_retryable(found.error().code) || found.error().code == Code::unknown_outcome)) {
      return std::unexpected(found.error());
    }
    return found && found->front() == Found::same;
  }

  store::Store& store_;
  const Lane lane_;
  const BatcherOptions options_;
  BatchLimits limits_;
  Outcomes& outcomes_;
  const bool tracks_ids_;
  std::size_t looks_left_ = 0;  // records to be looked for before they are sent, unless one is found

  HeldBlocks blocks_;
  RowQueue queue_;
  BusyIds busy_;
  Patience patience_;
  ResendQueue again_;
  std::map<std::uint64_t, Flight> in_flight_;
  RefusalRate refusals_;
  BatchCounts counts_;
  BatchMetrics metrics_{options_.trace};

  bool told_of_failure_ = false;
  std::optional<Error> error_;

  Replies replies_;
};

Batcher::Batcher(store::Store& store, Lane lane, BatcherOptions options, Outcomes& outcomes)
    : implementation_(std::make_unique<Implementation>(store, std::move(lane), std::move(options), outcomes)) {}
Batcher::~Batcher() = default;

void Batcher::add(std::unique_ptr<Block> block) { implementation_->add(std::move(block)); }
Result<void> Batcher::pump() { return implementation_->run(Implementation::Until::full_batches_are_sent); }
Result<void> Batcher::flush() { return implementation_->run(Implementation::Until::a_partial_one_is_sent); }
Result<void> Batcher::drain() { return implementation_->run(Implementation::Until::all_is_settled); }
void Batcher::await_in_flight() { implementation_->await_in_flight(); }
bool Batcher::is_idle() const { return implementation_->is_idle(); }
bool Batcher::wants_more() const { return implementation_->wants_more(); }
BatchCounts Batcher::counts() const { return implementation_->counts(); }

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batcher.h"

#include "millrace/batch/batcher_impl.h"
#include "millrace/batch/failures.h"
#include "millrace/batch/marks.h"

namespace millrace::batch {

Result<void> Batcher::Implementation::send_and_wait(Until until) {
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

Result<Instant> Batcher::Implementation::step() {
  for (bool sent = true; sent && !error_;) {
    while (take_reply()) {
    }
    sent = !error_ && in_flight_.size() < limits().in_flight && (send_again() || send_fresh());
  }
  if (error_) return std::unexpected(*error_);
  return in_flight_.size() < limits().in_flight ? next_due() : Instant::max();  // else an answer comes first
}

// As many records as the limits say, but in smaller transactions while the store refuses some.
Batcher::Implementation::RequestSize Batcher::Implementation::fresh_size() const {
  const RequestSize wanted{limits().rows_per_transaction, limits().transactions_per_request};
  const std::size_t rows = refusals_.rows_per_transaction_max(wanted.rows_per_transaction);
  if (rows == wanted.rows_per_transaction) return wanted;
  return {rows, std::clamp<std::size_t>(wanted.rows() / rows, 1, small_transactions_max)};
}
bool Batcher::Implementation::is_held() const { return patience_.is_held(steady_clock::now()); }

Instant Batcher::Implementation::next_due() const {
  return queue_.size() != 0 && is_held() ? std::min(again_.next_due(), patience_.held_until()) : again_.next_due();
}

// ---- sending

bool Batcher::Implementation::send_again() {
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

bool Batcher::Implementation::send_fresh() {
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

void Batcher::Implementation::send(Group group, Sample sample) {
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

void Batcher::Implementation::wait_for_reply(Instant due) {
  // A stop is looked for now and then: it comes from a signal handler, which may not notify.
  const Instant look = steady_clock::now() + std::chrono::milliseconds(200);
  replies_.wait_until(std::min(due, look));
  if (in_flight_.empty() && options_.stop.stop_requested() && (is_held() || !again_.empty()) && !error_) {
    error_ = patience_.last_failure().value_or(Error{Code::interrupted, "stopped", {}});
    error_->code = Code::interrupted;
  }
  if (!in_flight_.empty()) take_reply();
}

bool Batcher::Implementation::take_reply() {
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
void Batcher::Implementation::tell(Sample sample, bool is_fresh, const store::BatchOutcome& outcome) {
  if (options_.controller == nullptr) return;
  sample.in_flight = in_flight_.size();
  judge(sample, outcome);
  if ((!is_fresh || sample.rows_settled != sample.rows) && !sample.brake) return;
  options_.controller->finished(sample, sample.ended);
  if (options_.observe) options_.observe(sample);
}

Batcher::Batcher(store::Store& store, Lane lane, BatcherOptions options, Outcomes& outcomes)
    : implementation_(std::make_unique<Implementation>(store, std::move(lane), std::move(options), outcomes)) {}
Batcher::~Batcher() = default;

void Batcher::add(std::unique_ptr<Block> block) { implementation_->add(std::move(block)); }
Result<void> Batcher::pump() { return implementation_->run(Implementation::Until::full_batches_are_sent); }
Result<void> Batcher::flush() { return implementation_->run(Implementation::Until::a_partial_one_is_sent); }
Result<void> Batcher::drain() { return implementation_->run(Implementation::Until::all_is_settled); }
Result<Instant> Batcher::step() { return implementation_->step(); }
void Batcher::abandon(const Error& why) { implementation_->abandon(why); }
void Batcher::await_in_flight() { implementation_->await_in_flight(); }
bool Batcher::is_idle() const { return implementation_->is_idle(); }
bool Batcher::wants_more() const { return implementation_->wants_more(); }
BatchCounts Batcher::counts() const { return implementation_->counts(); }

}  // namespace millrace::batch

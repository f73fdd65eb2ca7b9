// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <unordered_map>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/batch/reconcile.h"
#include "millrace/batch/rows.h"

namespace millrace::batch {
namespace {

using Instant = std::chrono::steady_clock::time_point;
using std::chrono::steady_clock;

// A transaction that lost so often against others is given up record by record: somebody holds what it wants.
constexpr int conflict_attempts_max = 30;

// Records on their way to the store, together.
struct Group {
  Runs runs;
  bool alone = false;          // one record a transaction: a neighbour was refused
  bool read_back = false;      // the reply was lost
  bool maybe_written = false;  // it was lost once: what was sent first may still be at work, and come in between
  int attempts = 0;            // failed ones
  Instant not_before{};
};

}  // namespace

class Batcher::Implementation {
 public:
  Implementation(store::Store& store, Lane lane, BatcherOptions options, Outcomes& outcomes)
      : store_(store), lane_(std::move(lane)), options_(options), limits_(options.limits), outcomes_(outcomes) {
    const store::Capabilities& able = store_.capabilities();
    tracks_ids_ = !able.repeats_in_batch || able.in_flight_max > 1;
    set_limits(options.limits);
  }
  ~Implementation() {
    while (!in_flight_.empty()) wait_for_reply(Instant::max());
  }

  void set_limits(const BatchLimits& limits) {
    MILLRACE_ASSERT(limits.rows_per_transaction > 0 && limits.transactions_per_request > 0 && limits.in_flight > 0);
    limits_ = limits;
    limits_.in_flight = std::min(limits.in_flight, store_.capabilities().in_flight_max);
    limits_.request_bytes_max = std::min(limits.request_bytes_max, store_.capabilities().batch_bytes_max);
  }

  void add(std::unique_ptr<Block> block) {
    Block& added = *block;
    if (added.size() == 0) return outcomes_.released(std::move(block));
    blocks_.emplace(&added, Held{std::move(block), added.size()});
    queue_.push(added);
  }

  bool is_idle() const { return blocks_.empty(); }
  bool wants_more() const { return queue_.size() < rows_max(); }
  BatchCounts counts() const { return counts_; }

  enum class Until { full_batches_are_sent, a_partial_one_is_sent, all_is_settled };

  Result<void> run(Until until) {
    Result<void> done = send_and_wait(until);
    // What is under way may still be written: it gets its outcome before anybody counts.
    while (!done && !in_flight_.empty()) wait_for_reply(Instant::max());
    return done;
  }

 private:
  Result<void> send_and_wait(Until until) {
    for (bool partial_allowed = until != Until::full_batches_are_sent;;) {
      while (take_reply()) {
      }
      if (error_) return std::unexpected(*error_);
      while (in_flight_.size() < limits_.in_flight && !error_) {
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

  struct Held {
    std::unique_ptr<Block> block;
    std::size_t unsettled;
  };

  std::size_t rows_max() const { return limits_.rows_per_transaction * limits_.transactions_per_request; }
  bool is_held() const { return hold_until_ > steady_clock::now(); }

  Instant next_due() const {
    Instant due = Instant::max();
    for (const Group& group : again_) due = std::min(due, group.not_before);
    if (queue_.size() != 0 && is_held()) due = std::min(due, hold_until_);
    return due;
  }

  // ---- sending

  bool send_again() {
    const Instant now = steady_clock::now();
    const auto due = std::find_if(again_.begin(), again_.end(), [&](const Group& g) { return g.not_before <= now; });
    if (due == again_.end()) return false;
    Group group = std::move(*due);
    again_.erase(due);
    if (group.read_back) {
      reconcile(std::move(group));
    } else {
      send(std::move(group));
    }
    return true;
  }

  bool send_fresh() {
    if (is_held()) return false;
    Runs runs = queue_.cut({rows_max(), limits_.request_bytes_max}, tracks_ids_ ? &busy_ : nullptr);
    if (runs.empty()) return false;
    send({.runs = std::move(runs)});
    return true;
  }

  void send(Group group) {
    const std::uint64_t number = ++counts_.batches;
    store::Batch batch{.lane = lane_,
                       .runs = group.runs,
                       .on_duplicate = options_.on_duplicate,
                       .shape = limits_.shape,
                       .rows_per_transaction = group.alone ? 1 : limits_.rows_per_transaction};
    counts_.batch_records_last = count_rows(group.runs);
    in_flight_.emplace(number, std::move(group));
    counts_.in_flight_last = in_flight_.size();
    store_.write(std::move(batch), [this, number](store::BatchOutcome outcome) {
      const std::lock_guard lock(inbox_mutex_);
      inbox_.emplace_back(number, std::move(outcome));
      inbox_filled_.notify_one();
    });
  }

  // ---- replies

  void wait_for_reply(Instant due) {
    // A stop is looked for now and then: it comes from a signal handler, which may not notify.
    const Instant look = steady_clock::now() + std::chrono::milliseconds(200);
    std::unique_lock lock(inbox_mutex_);
    inbox_filled_.wait_until(lock, std::min(due, look), [&] { return !inbox_.empty(); });
    lock.unlock();
    if (in_flight_.empty() && options_.stop.stop_requested() && (is_held() || !again_.empty()) && !error_) {
      error_ = last_failure_.value_or(Error{Code::interrupted, "stopped", {}});
      error_->code = Code::interrupted;
    }
    if (!in_flight_.empty()) take_reply();
  }

  bool take_reply() {
    std::unique_lock lock(inbox_mutex_);
    if (inbox_.empty()) return false;
    auto [number, outcome] = std::move(inbox_.front());
    inbox_.pop_front();
    lock.unlock();
    const auto flight = in_flight_.find(number);
    MILLRACE_ASSERT(flight != in_flight_.end());
    Group group = std::move(flight->second);
    in_flight_.erase(flight);
    counts_.calls += outcome.calls;
    settle(std::move(group), outcome);
    return true;
  }

  void settle(Group group, const store::BatchOutcome& outcome) {
    if (outcome.records.empty()) {
      store_answered();
      for (const store::BlockRun& run : group.runs) settle_written(*run.block, run.first, run.last);
      return;
    }
    Group retried{.alone = group.alone, .maybe_written = group.maybe_written, .attempts = group.attempts + 1};
    Group alone{.alone = true, .maybe_written = group.maybe_written, .attempts = group.attempts};
    Group unknown{.alone = group.alone, .read_back = true, .attempts = group.attempts + 1};
    const Error* failure = nullptr;
    bool any_settled = false;
    auto record = outcome.records.begin();
    for (const store::BlockRun& run : group.runs) {
      for (std::size_t i = run.first; i < run.last; ++i, ++record) {
        const bool failed = record->verdict == store::Verdict::rejected || record->verdict == store::Verdict::unsettled;
        const bool lost = failed && record->error->code == Code::unknown_outcome;
        if (failed && (lost || may_retry(record->error->code, group.attempts))) {
          if (lost) run.block->entries[i].stamp_at = Block::no_stamp;  // what is found later can be compared with this
          append_row(lost ? unknown.runs : retried.runs, *run.block, i);
          failure = &*record->error;
        } else if (record->verdict == store::Verdict::unsettled && !group.alone && !stops_the_job(*record, false)) {
          append_row(alone.runs, *run.block, i);
          any_settled = true;
        } else {
          if (failed && stops_the_job(*record, group.alone)) {
            if (!error_) error_ = record->error;  // and the record has no outcome: it may be written another time
            continue;
          }
          if (group.maybe_written && is_ours_after_all(*run.block, i, *record)) {
            settle_written(*run.block, i, i + 1);
          } else {
            settle_one(*run.block, i, *record);
          }
          any_settled = true;
        }
      }
    }
    if (any_settled && failure == nullptr) store_answered();
    if (!alone.runs.empty()) again_.push_back(std::move(alone));
    if (failure != nullptr) note_failure(*failure, std::move(retried), std::move(unknown));
  }

  // The store itself is at its end: a full disk, a missing right. Going on would reject every record.
  static bool stops_the_job(const store::RecordOutcome& outcome, bool alone) {
    const Code code = outcome.error->code;
    if (code == Code::forbidden) return alone && outcome.verdict == store::Verdict::unsettled;
    return code == Code::io || code == Code::unauthorized || code == Code::internal || code == Code::interrupted;
  }
  static bool may_retry(Code code, int attempts) {
    return is_retryable(code) && (code != Code::conflict || attempts < conflict_attempts_max);
  }

  void note_failure(const Error& failure, Group retried, Group unknown) {
    const Instant now = steady_clock::now();
    if (!failing_since_) failing_since_ = now;
    last_failure_ = failure;
    const bool conflict = failure.code == Code::conflict;
    const auto delay = backoff(std::max(retried.attempts, unknown.attempts));
    if (!conflict) hold_until_ = std::max(hold_until_, now + delay);
    if (!conflict && options_.retry.give_up_after > now - *failing_since_ && !std::exchange(told_of_failure_, true)) outcomes_.store_fails(failure);
    for (Group* group : {&retried, &unknown}) {
      if (group->runs.empty()) continue;
      ++counts_.retries;
      if (conflict) ++counts_.conflicts;
      group->not_before = now + delay;
      again_.push_back(std::move(*group));
    }
    if (!conflict && now - *failing_since_ >= options_.retry.give_up_after) give_up(failure);
  }

  void store_answered() {
    failing_since_.reset();
    if (std::exchange(told_of_failure_, false)) outcomes_.store_answers();
  }

  void give_up(const Error& failure) {
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - *failing_since_);
    error_ = Error{Code::unavailable, fmt::format("{}; waited {} s for the store (--wait)", failure.message, waited.count()), {}};
  }

  // Exponential with full jitter ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015), but never under half.
  std::chrono::milliseconds backoff(int attempts) {
    const auto growth = std::int64_t{1} << std::clamp(attempts - 1, 0, 20);
    const auto full = std::min<std::int64_t>(options_.retry.delay_min.count() * growth, options_.retry.delay_max.count());
    return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(full / 2, full)(random_));
  }

  // ---- settling

  void settle_written(Block& block, std::size_t first, std::size_t last) {
    if (tracks_ids_) {
      for (std::size_t i = first; i < last; ++i) busy_.erase(block, i);
    }
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
    const auto held = blocks_.find(&block);
    held->second.unsettled -= settled;
    if (held->second.unsettled != 0) return;
    std::unique_ptr<Block> done = std::move(held->second.block);
    blocks_.erase(held);
    outcomes_.released(std::move(done));
  }

  // After a lost reply: what is there counts as written, what is not is sent again.
  void reconcile(Group group) {
    Group missing{.alone = group.alone, .maybe_written = true, .attempts = group.attempts};
    Group unread{.alone = group.alone, .read_back = true, .attempts = group.attempts + 1};
    std::optional<Error> failure;
    for (const store::BlockRun& run : group.runs) {
      for (std::size_t i = run.first; i < run.last; ++i) {
        const Result<Found> found = failure ? Result<Found>(std::unexpected(*failure)) : read_back(store_, lane_, *run.block, i);
        if (!found) {
          failure = found.error();
          append_row(unread.runs, *run.block, i);
        } else if (*found == Found::same) {
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
    if (!missing.runs.empty()) again_.push_back(std::move(missing));
    if (failure) note_failure(*failure, {}, std::move(unread));
  }

  // The id was free when we looked after a lost reply, and taken when we sent again: by the first sending, or by another.
  bool is_ours_after_all(const Block& block, std::size_t index, const store::RecordOutcome& outcome) {
    const bool taken = outcome.verdict == store::Verdict::skipped || (outcome.error && outcome.error->code == Code::duplicate);
    return taken && read_back(store_, lane_, block, index) == Found::same;
  }

  store::Store& store_;
  const Lane lane_;
  const BatcherOptions options_;
  BatchLimits limits_;
  Outcomes& outcomes_;
  bool tracks_ids_ = false;

  std::unordered_map<Block*, Held> blocks_;
  RowQueue queue_;
  BusyIds busy_;
  std::deque<Group> again_;
  std::map<std::uint64_t, Group> in_flight_;
  BatchCounts counts_;

  Instant hold_until_{};
  std::optional<Instant> failing_since_;
  bool told_of_failure_ = false;
  std::optional<Error> last_failure_;
  std::optional<Error> error_;
  std::minstd_rand random_{std::random_device{}()};

  std::mutex inbox_mutex_;  // guards the two below
  std::condition_variable inbox_filled_;
  std::deque<std::pair<std::uint64_t, store::BatchOutcome>> inbox_;
};

Batcher::Batcher(store::Store& store, Lane lane, BatcherOptions options, Outcomes& outcomes)
    : implementation_(std::make_unique<Implementation>(store, std::move(lane), std::move(options), outcomes)) {}
Batcher::~Batcher() = default;

void Batcher::add(std::unique_ptr<Block> block) { implementation_->add(std::move(block)); }
Result<void> Batcher::pump() { return implementation_->run(Implementation::Until::full_batches_are_sent); }
Result<void> Batcher::flush() { return implementation_->run(Implementation::Until::a_partial_one_is_sent); }
Result<void> Batcher::drain() { return implementation_->run(Implementation::Until::all_is_settled); }
bool Batcher::is_idle() const { return implementation_->is_idle(); }
bool Batcher::wants_more() const { return implementation_->wants_more(); }
void Batcher::set_limits(const BatchLimits& limits) { implementation_->set_limits(limits); }
BatchCounts Batcher::counts() const { return implementation_->counts(); }

}  // namespace millrace::batch

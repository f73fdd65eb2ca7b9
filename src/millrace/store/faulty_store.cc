// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/faulty_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "millrace/store/transaction.h"

namespace millrace::store {
namespace {

std::unexpected<Error> gone() { return fail(Code::unavailable, "gone by plan"); }

// With a part of a batch refused, or answered later, the inner store would be asked for a checkpoint that leaves out what it
// has committed before.
Capabilities capabilities_under(const FaultPlan& plan, Capabilities capabilities) {
  capabilities.in_flight_max = plan.in_flight_max;
  if (plan.refuses || plan.delay.count() > 0) capabilities.checkpoints_with_data = false;
  return capabilities;
}

// The inner stores that this is put around answer before write() returns.
BatchOutcome write_and_wait(Store& store, Batch batch) {
  std::optional<BatchOutcome> outcome;
  store.write(std::move(batch), [&](BatchOutcome told) { outcome = std::move(told); });
  return std::move(outcome).value();
}

// The first record of which that is true, by its position in the batch.
std::optional<std::size_t> find(const Transaction& transaction, const std::function<bool(const IdView&)>& is_wanted) {
  std::size_t position = transaction.first;
  for (const BlockRun& run : transaction.runs) {
    for (std::size_t i = run.first; i < run.last; ++i, ++position) {
      if (is_wanted(run.block->id(i))) return position;
    }
  }
  return std::nullopt;
}

}  // namespace

FaultyStore::FaultyStore(Store& inner, FaultPlan plan)
    : inner_(inner),
      plan_(std::move(plan)),
      capabilities_(capabilities_under(plan_, inner.capabilities())),
      random_(plan_.seed) {
  if (plan_.delay.count() > 0) {
    courier_ = std::jthread([this](std::stop_token stop) { deliver(std::move(stop)); });
  }
}

FaultyStore::~FaultyStore() = default;  // stops and joins the courier, which delivers what is left

void FaultyStore::write(Batch batch, Completion done) {
  ++writes_;
  if (!fails_now()) return answer(apply(std::move(batch)), std::move(done));

  ++failures_;
  const std::size_t size = batch.size();
  // The last one before it is gone may be applied; its answer is lost.
  if (plan_.applied && writes_ - 1 <= plan_.gone_after) std::ignore = apply(std::move(batch));
  Outcomes outcomes(size);
  outcomes.unsettle(0, size, {plan_.code, fmt::format("write {} fails by plan", writes_), {}});
  answer(std::move(outcomes).take(), std::move(done));
}

Result<std::vector<bool>> FaultyStore::remove(const Lane& lane, std::span<const RecordId> ids) {
  ++writes_;
  if (!fails_now()) return inner_.remove(lane, ids);
  ++failures_;
  if (plan_.applied && writes_ - 1 <= plan_.gone_after) std::ignore = inner_.remove(lane, ids);
  return fail(plan_.code, fmt::format("write {} fails by plan", writes_));
}

Result<std::optional<std::string>> FaultyStore::get(const Lane& lane, const RecordId& id) {
  if (is_gone()) return gone();
  return inner_.get(lane, id);
}

Result<std::vector<std::optional<std::string>>> FaultyStore::get_many(const Lane& lane, std::span<const RecordId> ids) {
  if (is_gone()) return gone();
  return inner_.get_many(lane, ids);
}

Result<std::optional<std::string>> FaultyStore::read_checkpoint(const std::string& name) {
  if (is_gone()) return gone();
  return inner_.read_checkpoint(name);
}

Result<void> FaultyStore::write_checkpoint(const Checkpoint& checkpoint) {
  if (is_gone()) return gone();
  return inner_.write_checkpoint(checkpoint);
}

Result<void> FaultyStore::remove_checkpoint(const std::string& name) {
  if (is_gone()) return gone();
  return inner_.remove_checkpoint(name);
}

bool FaultyStore::fails_now() {
  if (is_gone()) return true;
  if (failures_ >= plan_.failures_max) return false;
  if (plan_.fail_every != 0 && writes_ % plan_.fail_every == 0) return true;
  return std::bernoulli_distribution(plan_.fail_chance)(random_);
}

BatchOutcome FaultyStore::apply(Batch batch) {
  return plan_.refuses ? apply_what_is_not_refused(batch) : write_and_wait(inner_, std::move(batch));
}

BatchOutcome FaultyStore::apply_what_is_not_refused(const Batch& batch) {
  Outcomes outcomes(batch.size());
  for (const Transaction& transaction : transactions_of(batch)) {
    ++transactions_;
    const Error refusal{Code::refused, "refused by plan", {}};
    if (!find(transaction, plan_.refuses)) {
      Batch part = batch;
      part.runs = transaction.runs;
      outcomes.settle(transaction.first, write_and_wait(inner_, std::move(part)));
    } else if (transaction.last - transaction.first == 1) {
      outcomes.reject(transaction.first, refusal);
    } else {
      outcomes.unsettle(transaction.first, transaction.last, refusal);
      if (const auto named = plan_.names ? find(transaction, plan_.names) : std::nullopt) outcomes.name(*named);
    }
  }
  return std::move(outcomes).take();
}

void FaultyStore::answer(BatchOutcome outcome, Completion done) {
  if (!courier_.joinable()) return done(std::move(outcome));
  const std::lock_guard lock(mutex_);
  answers_.push_back({std::chrono::steady_clock::now() + plan_.delay, std::move(outcome), std::move(done)});
  in_flight_peak_ = std::max(in_flight_peak_, answers_.size());
  changed_.notify_one();
}

void FaultyStore::deliver(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return !answers_.empty(); })) {
    Answer next = std::move(answers_.front());
    answers_.pop_front();
    lock.unlock();
    std::this_thread::sleep_until(next.due);
    next.done(std::move(next.outcome));
    lock.lock();
  }
}

}  // namespace millrace::store

// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/lane_writer.h"

#include <utility>

#include "millrace/batch/same_record.h"
#include "millrace/record/json.h"
#include "millrace/telemetry/profile.h"

namespace millrace::gateway {
namespace {

constexpr std::chrono::milliseconds prepare_again{50};

std::optional<Timestamp> created_at_of(std::string_view stored) {
  const Result<Value> record = parse_json(stored);
  const Value* const time = record ? record->find("created_at") : nullptr;
  return time != nullptr && time->is<std::string>() ? parse_rfc3339(time->text()) : std::nullopt;
}

}  // namespace

void LaneWriter::add(Gathered gathered) {
  tickets_.emplace(gathered.block.get(), std::move(gathered.tickets));
  batcher_.add(std::move(gathered.block));
}

Result<batch::Instant> LaneWriter::step(Events& events) {
  events_ = &events;
  Result<void> ready;
  if (!prepared_ && !batcher_.is_idle()) {
    ready = store_.prepare(lane_);
    prepared_ = ready.has_value();
    const batch::Instant now = std::chrono::steady_clock::now();
    if (prepared_) unprepared_since_.reset();
    if (!prepared_ && !unprepared_since_) unprepared_since_ = now;
    if (!prepared_ && is_retryable(ready.error().code) && now - *unprepared_since_ < wait_) return now + prepare_again;
  }
  Result<batch::Instant> due = ready ? batcher_.step() : std::unexpected(std::move(ready).error());
  if (!due) {
    prepared_ = false;  // the table may be gone
    batcher_.abandon(due.error());
  }
  collect(events);
  return due;
}

void LaneWriter::abandon(const Error& why, Events& events) {
  events_ = &events;
  batcher_.abandon(why);
  collect(events);
}

void LaneWriter::collect(Events& events) {
  settle_duplicates();
  for (std::unique_ptr<Block>& block : std::exchange(released_, {})) {
    auto tickets = tickets_.extract(block.get());
    events.push_back({.done = {std::move(block), std::move(tickets.mapped())}});
  }
}

void LaneWriter::settle(const Block& block, std::size_t first, std::size_t last, How how, std::optional<Error> error) {
  for (std::size_t i = first; i < last; ++i) bytes_settled_ += queue_bytes(block.entries[i]);
  if (how == How::written) records_written_ += last - first;
  events_->push_back({.block = &block, .tickets = tickets_.at(&block).get(), .first = first, .last = last, .how = how, .error = std::move(error)});
}

void LaneWriter::written(const Block& block, std::size_t first, std::size_t last) { settle(block, first, last, How::written); }

void LaneWriter::skipped(const Block& block, std::size_t index) { settle(block, index, index + 1, How::replayed); }

void LaneWriter::rejected(const Block& block, std::size_t index, const Error& error) {
  if (error.code == Code::duplicate) {
    duplicates_.push_back({&block, index, error});
  } else {
    settle(block, index, index + 1, How::rejected, error);
  }
}

void LaneWriter::released(std::unique_ptr<Block> block) { released_.push_back(std::move(block)); }

// In one call for all of them: repeats come in crowds, when a client tries again what it was not answered.
void LaneWriter::settle_duplicates() {
  if (duplicates_.empty()) return;
  MILLRACE_PROFILE_SCOPE("compare duplicates", "rows", duplicates_.size());
  const std::vector<Duplicate> duplicates = std::exchange(duplicates_, {});
  std::vector<RecordId> ids;
  ids.reserve(duplicates.size());
  for (const Duplicate& duplicate : duplicates) ids.push_back(duplicate.block->id(duplicate.index).to_id());
  const Result<std::vector<std::optional<std::string>>> stored = store_.get_many(lane_, ids);
  for (std::size_t i = 0; i < duplicates.size(); ++i) {
    if (stored) {
      settle_duplicate(duplicates[i], (*stored)[i]);
    } else {
      settle(*duplicates[i].block, duplicates[i].index, duplicates[i].index + 1, How::rejected, stored.error());
    }
  }
}

void LaneWriter::settle_duplicate(const Duplicate& duplicate, const std::optional<std::string>& stored) {
  const Block& block = *duplicate.block;
  const bool with_time = !batch::has_time_of_millrace(block.entries[duplicate.index]);
  const Result<bool> same = stored ? batch::is_same_record(block, duplicate.index, *stored, with_time) : Result<bool>(false);
  if (!same || !*same) {
    settle(block, duplicate.index, duplicate.index + 1, How::rejected, duplicate.error);
    events_->back().id_is_taken = stored.has_value();
    return;
  }
  settle(block, duplicate.index, duplicate.index + 1, How::replayed);
  events_->back().created_at = created_at_of(*stored);
}

}  // namespace millrace::gateway

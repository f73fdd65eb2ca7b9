// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/resend_queue.h"

#include <algorithm>
#include <utility>

namespace millrace::batch {

void ResendQueue::push(Group group) {
  if (!group.runs.empty()) groups_.push_back(std::move(group));
}

std::optional<Group> ResendQueue::take_due(Instant now) {
  const auto due = std::ranges::find_if(groups_, [&](const Group& group) { return group.not_before <= now; });
  if (due == groups_.end()) return std::nullopt;
  Group group = std::move(*due);
  groups_.erase(due);
  if (!parts_ || group.read_back || group.rows_per_transaction == 0) return group;
  if (group.rows_per_transaction == 1) gather_alike(group, now);
  Group rest = group;
  rest.runs = split_off(group.runs, group.rows_per_transaction * small_transactions_max);
  if (!rest.runs.empty()) groups_.push_front(std::move(rest));
  return group;
}

void ResendQueue::gather_alike(Group& group, Instant now) {
  std::erase_if(groups_, [&](const Group& other) {
    const bool is_alike = other.rows_per_transaction == 1 && !other.read_back && other.not_before <= now &&
                          other.maybe_written == group.maybe_written && other.attempts == group.attempts;
    if (is_alike) group.runs.insert(group.runs.end(), other.runs.begin(), other.runs.end());
    if (is_alike && !group.retry_for) group.retry_for = other.retry_for;
    return is_alike;
  });
}

Instant ResendQueue::next_due() const {
  Instant due = Instant::max();
  for (const Group& group : groups_) due = std::min(due, group.not_before);
  return due;
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
//
// Groups of records that are to be sent again, and when. Private to `batch`.
#pragma once

#include <deque>
#include <optional>

#include "millrace/batch/controller.h"
#include "millrace/batch/rows.h"

namespace millrace::batch {

// Of small transactions a request holds at most so many: each is parsed and committed on its own.
inline constexpr std::size_t small_transactions_max = 256;

// Records on their way to the store, together.
struct Group {
  Runs runs;
  // 0: as the limits say. Else a transaction of theirs was refused, and they are sent in smaller ones.
  std::size_t rows_per_transaction = 0;
  bool read_back = false;         // the reply was lost
  bool maybe_written = false;     // it was lost once: what was sent first may still be at work, and come in between
  int attempts = 0;               // failed ones
  std::optional<Code> retry_for;  // what it failed with last; none where it is sent again for a refusal
  Instant not_before{};
};

class ResendQueue {
 public:
  // `parts`: records of a group may be sent apart and with those of others. Not where order is kept by never doing so.
  explicit ResendQueue(bool parts) : parts_(parts) {}

  // Without records it is left out.
  void push(Group group);
  bool empty() const { return groups_.empty(); }
  // The first that is due. Those that go in transactions of one are gathered into one request; too many are cut into several.
  std::optional<Group> take_due(Instant now);
  Instant next_due() const;  // Instant::max() when empty

 private:
  void gather_alike(Group& group, Instant now);
  const bool parts_;
  std::deque<Group> groups_;
};

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
//
// Who waits for records: each is settled once, when its store has it durably or says why not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "millrace/base/clock.h"
#include "millrace/base/result.h"
#include "millrace/record/block.h"

namespace millrace::gateway {

enum class How : std::uint8_t {
  written,
  replayed,  // it was there already, with this content
  rejected,
};

// Valid during the call that shows it.
struct Settled {
  How how = How::written;
  IdView id;
  std::optional<Timestamp> created_at;  // of what is stored; of a replayed record the first answer's
  const Error* error = nullptr;         // of a rejected one
  bool id_is_taken = false;             // of a duplicate: it is the id, not another field that has to be unique
};

class Submission {
 public:
  virtual ~Submission() = default;
  // On the loop's thread, once for each record that was given for it, in no certain order. `number` is the giver's own.
  virtual void settled(std::uint32_t number, const Settled& settled) noexcept = 0;
};

struct Ticket {
  std::shared_ptr<Submission> whom;
  std::uint32_t number = 0;
};

}  // namespace millrace::gateway

// SPDX-License-Identifier: Apache-2.0
//
// How a store that fails is waited for: longer after each failure, with jitter, until a stated time has passed without any
// success. Private to `batch`.
#pragma once

#include <chrono>
#include <optional>
#include <random>

#include "millrace/base/result.h"
#include "millrace/batch/batcher.h"
#include "millrace/batch/resend_queue.h"

namespace millrace::batch {

class Patience {
 public:
  explicit Patience(const RetryPolicy& policy) : policy_(policy) {}

  void succeeded() { failing_since_.reset(); }
  // After so many failed attempts of the same records: when they may be sent again. Unless it was a conflict, nothing else is
  // sent before that either.
  Instant failed(const Error& error, int attempts, Instant now);

  // The next may be sent at once; the failure goes on.
  void let_go() { hold_until_ = {}; }

  bool is_failing() const { return failing_since_.has_value(); }
  bool is_held(Instant now) const { return hold_until_ > now; }
  Instant held_until() const { return hold_until_; }
  const std::optional<Error>& last_failure() const { return last_failure_; }
  // The store is given up, and why.
  std::optional<Error> given_up(Instant now) const;

 private:
  std::chrono::milliseconds backoff(int attempts);

  const RetryPolicy policy_;
  Instant hold_until_{};
  std::optional<Instant> failing_since_;
  std::optional<Error> last_failure_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace millrace::batch

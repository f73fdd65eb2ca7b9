// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/patience.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::batch {

Instant Patience::failed(const Error& error, int attempts, Instant now) {
  last_failure_ = error;
  const Instant again = now + backoff(attempts);
  if (error.code == Code::conflict) return again;
  if (!failing_since_) failing_since_ = now;
  hold_until_ = std::max(hold_until_, again);
  return again;
}

std::optional<Error> Patience::given_up(Instant now) const {
  if (!failing_since_ || now - *failing_since_ < policy_.give_up_after) return std::nullopt;
  const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - *failing_since_);
  return Error{Code::unavailable, fmt::format("{}; waited {} s for the store (--wait)", last_failure_->message, waited.count()), {}};
}

// Exponential with full jitter ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015), but never under half.
std::chrono::milliseconds Patience::backoff(int attempts) {
  const auto growth = std::int64_t{1} << std::clamp(attempts - 1, 0, 20);
  const auto full = std::min<std::int64_t>(policy_.delay_min.count() * growth, policy_.delay_max.count());
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(full / 2, full)(random_));
}

}  // namespace millrace::batch

// SPDX-License-Identifier: Apache-2.0
//
// How many bytes a second leave a queue, of late: what a client that was turned away has to know. Private to `gateway`.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>

namespace millrace::gateway {

class DrainRate {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // So much has left since the last call. Returns the rate, an exponential mean over some two seconds.
  double settled(std::size_t bytes, Instant now) {
    if (begin_ == Instant{} || now - begin_ > std::chrono::seconds(2)) begin_ = now;  // it was idle: that is no rate
    bytes_ += bytes;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    if (seconds < 0.1) return rate_;
    const double fresh = static_cast<double>(bytes_) / seconds;
    const double weight = rate_ == 0 ? 1 : 1 - std::exp(-seconds / 2);
    rate_ += weight * (fresh - rate_);
    begin_ = now;
    bytes_ = 0;
    return rate_;
  }

 private:
  Instant begin_{};
  std::size_t bytes_ = 0;
  double rate_ = 0;
};

}  // namespace millrace::gateway

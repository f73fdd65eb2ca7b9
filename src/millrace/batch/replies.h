// SPDX-License-Identifier: Apache-2.0
//
// What the store has answered and nobody has looked at yet. Private to `batch`.
// Threads: put() from any, the others from one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "millrace/batch/controller.h"
#include "millrace/store/store.h"
#include "millrace/telemetry/profile.h"

namespace millrace::batch {

struct Reply {
  std::uint64_t number = 0;  // of the request
  store::BatchOutcome outcome;
  Instant at{};
};

class Replies {
 public:
  // `arrived` is called for each reply, by whoever puts it there and under the lock: it may not come back here.
  explicit Replies(std::function<void()> arrived = nullptr) : arrived_(std::move(arrived)) {}

  void put(Reply reply) {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    changed_.notify_one();  // under the lock: whoever waits may destroy this next
    if (arrived_) arrived_();
  }
  std::optional<Reply> take() {
    const std::lock_guard lock(mutex_);
    if (replies_.empty()) return std::nullopt;
    Reply first = std::move(replies_.front());
    replies_.pop_front();
    return first;
  }
  // Until there is a reply, or that time.
  void wait_until(Instant due) {
    MILLRACE_PROFILE_SCOPE("wait for store");
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, due, [&] { return !replies_.empty(); });
  }

 private:
  const std::function<void()> arrived_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Reply> replies_;
};

}  // namespace millrace::batch

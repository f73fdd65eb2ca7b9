// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/byte_budget.h"

#include "millrace/base/assert.h"

namespace millrace {

void ByteBudget::wait_for_room(std::size_t bytes) {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return stopped_ || held_ == 0 || held_ + bytes <= bytes_max_; });
}

void ByteBudget::hold(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  held_ += bytes;
}

void ByteBudget::release(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  MILLRACE_ASSERT(bytes <= held_);
  held_ -= bytes;
  freed_.notify_all();
}

std::size_t ByteBudget::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

void ByteBudget::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  freed_.notify_all();
}

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/reader.h"

#include <fmt/format.h>

#include <utility>

#include "millrace/telemetry/profile.h"

namespace millrace::gateway {

Reader::Reader(store::Store& store, ReaderOptions options) : store_(store), options_(options), thread_([this] { work(); }) {}

Reader::~Reader() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Result<void> Reader::run(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= options_.queue_jobs_max) {
      return fail(Code::overloaded, fmt::format("{} reads are waiting, and no more may", options_.queue_jobs_max));
    }
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return {};
}

void Reader::drop_waiting() {
  std::deque<Job> dropped;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  dropped.swap(jobs_);
}

std::size_t Reader::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void Reader::work() {  // not noexcept: base/uncaught_exception.h
  telemetry::name_thread("reader");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ends_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(store_);
    job = nullptr;  // what it holds is let go before the lock is taken
    lock.lock();
  }
}

}  // namespace millrace::gateway

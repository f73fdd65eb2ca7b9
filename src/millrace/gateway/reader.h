// SPDX-License-Identifier: Apache-2.0
//
// A Reader is one thread that asks a store questions, so that neither the loop nor the committer waits for an answer.
//
//   Reader reader(store);
//   auto added = reader.run([&loop, …](store::Store& store) noexcept {
//     auto record = store.get({"post"}, id);
//     loop.post([…] { … });
//   });
//   if (!added) …                                     // overloaded: too many wait
//
// Order: jobs run one at a time, in the order in which they were added.
// Threads: run() and waiting() may be called from any. Jobs run on the reader's, which alone uses the store while it lives.
// Memory: at most `queue_jobs_max` jobs wait; a job that is refused is destroyed before run() returns.
// End: the destructor runs what was added, what jobs bring meanwhile included, and joins.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "millrace/base/result.h"
#include "millrace/store/store.h"

namespace millrace::gateway {

struct ReaderOptions {
  std::size_t queue_jobs_max = 1024;  // beside the one that runs
};

class Reader {
 public:
  using Job = std::move_only_function<void(store::Store&) noexcept>;

  // The store outlives the reader.
  explicit Reader(store::Store& store, ReaderOptions options = {});
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // overloaded when the queue is full; the job is then never run.
  Result<void> run(Job job);
  // Destroys the jobs that have not begun, in the caller's thread.
  void drop_waiting();
  std::size_t waiting() const;  // jobs that have not begun

 private:
  void work();

  store::Store& store_;
  const ReaderOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool ends_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace millrace::gateway

// SPDX-License-Identifier: Apache-2.0
#include "millrace/parallel/spread.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "millrace/parallel/parallel_range.h"

namespace millrace::parallel {

std::size_t core_count() noexcept {
  static const int cores = tbb::info::default_concurrency();
  return cores < 1 ? 1 : static_cast<std::size_t>(cores);
}

void spread(std::size_t n, std::size_t workers, void (*leaf)(void*, std::size_t, std::size_t) noexcept, void* self) {
  // Bound to no outer context, whose cancelling would leave parts out unseen; isolated, so that a thread that waits for this call takes
  // no other work.
  const auto run = [&] {
    tbb::task_group_context context(tbb::task_group_context::isolated);
    const auto body = [leaf, self](const tbb::blocked_range<std::size_t>& part) { leaf(self, part.begin(), part.end()); };
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n), body, tbb::auto_partitioner(), context); });
  };
  if (workers < core_count()) {
    tbb::task_arena(static_cast<int>(workers)).execute(run);
  } else {
    run();
  }
}

}  // namespace millrace::parallel

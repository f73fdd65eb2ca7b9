// SPDX-License-Identifier: Apache-2.0
//
// All that touches oneTBB. Debian's library is not compiled for the thread sanitizer, which so misses what TBB's own queues and counters
// order, and would report TBB's headers wherever they are compiled for it. So spread.cc alone includes them, and is never compiled for it
// (CMakeLists.txt); what our own code needs in order, it orders by atomics of its own.
#pragma once

#include <cstddef>

namespace millrace::parallel {

// Calls leaf(self, begin, end) with disjoint parts of [0, n) on up to `workers` threads, this one included; returns when all have
// returned. Threads that are free take halves of what others have left.
void spread(std::size_t n, std::size_t workers, void (*leaf)(void* self, std::size_t begin, std::size_t end) noexcept, void* self);

}  // namespace millrace::parallel

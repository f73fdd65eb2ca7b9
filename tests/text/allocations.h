// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace millrace::test {

// Calls of operator new in this thread so far; the program's own, in allocations.cc, counts them.
std::size_t allocations_so_far();

template <class F>
std::size_t allocations(F&& f) {
  const std::size_t before = allocations_so_far();
  f();
  return allocations_so_far() - before;
}

}  // namespace millrace::test

// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/assert.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "millrace/base/backtrace.h"

namespace millrace {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "millrace: internal error at %s:%d: %s does not hold. Please report this, with the lines below.\n", file, line, condition);
  write_backtrace(STDERR_FILENO);
  std::abort();
}

}  // namespace millrace

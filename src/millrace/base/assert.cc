// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace millrace {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "millrace: internal error at %s:%d: %s does not hold. Please report this.\n", file, line, condition);
  std::abort();
}

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
//
// MILLRACE_ASSERT(condition): a programmer's error ends the process with its place and a backtrace, in release too. It is for
// what cannot happen; what a user or a store can cause is an Error.
#pragma once

namespace millrace {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace millrace

#define MILLRACE_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::millrace::assertion_failed(#condition, __FILE__, __LINE__))

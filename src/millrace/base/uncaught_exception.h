// SPDX-License-Identifier: Apache-2.0
//
// What becomes of an exception that nobody catches: its type, its words and the frames from where it was thrown go to standard
// error, and the process ends by SIGABRT. No destructor runs on the way. Who calls std::terminate while an exception is handled
// is told of as that exception: the two look the same from there.
//
//   int main() { millrace::abort_on_uncaught_exceptions(); … }
//
// It is for programs; the library never calls it. GCC 12 unwinds up to a noexcept function before it gives up there, and the
// frames between are then gone. So neither main nor the entry of a thread is noexcept: the end of the stack stops an exception
// just as surely, and before any unwinding (docs/decisions/0010-uncaught-exceptions.md).
#pragma once

namespace millrace {

void abort_on_uncaught_exceptions() noexcept;

}  // namespace millrace

// SPDX-License-Identifier: Apache-2.0
//
// How a process that cannot go on says where it was: one line per frame, '/usr/bin/millrace(+0x1c2f40)[0x55…]', which
// `addr2line -Cfipe millrace.debug 0x1c2f40` turns into function, file and line (docs/building.md). Each address is the
// call's own, not the one it returns to.
//
// Threads: any. Memory: none is allocated, so that it works with a broken heap; for the same reason nothing is looked up in
// debug information, which a shipped command has not got beside it anyway.
#pragma once

namespace millrace {

// Writes the frames to a file descriptor, the caller first.
void write_backtrace(int descriptor) noexcept;

// The first backtrace of a process loads the unwinder, which does allocate: better at its start than at its end.
void prepare_backtrace() noexcept;

}  // namespace millrace

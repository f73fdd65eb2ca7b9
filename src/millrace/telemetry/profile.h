// SPDX-License-Identifier: Apache-2.0
//
// Where the time goes. A scope is one line at the head of a block: in the preset `profile` (MILLRACE_PROFILE defined) it records
// when the block began and how long it took; in any other build it is nothing at all: no code, no data, no symbol.
//
//   Result<void> SqliteStore::commit(…) {
//     MILLRACE_PROFILE_SCOPE("sqlite transaction", "rows", rows);   // the name; if you like, a number and what it counts
//     …
//   }
//   MILLRACE_PROFILE_SPAN("in flight", "rows", rows, sent_at, answered_at);  // what ends on another thread: steady_clock's times
//   name_thread("decode 1");
//
// Names are literals of printable ASCII; others do not compile. A scope is for a stage, a batch, a request: never for a record. It
// costs two stamps of the CPU's clock (bench/telemetry/profile_bench.cc), and writes into a ring of its thread's own: no lock, and
// no allocation but for a thread's first scope. A full ring overwrites its oldest scopes, which trace_file.h counts as dropped.
//
// Threads: all of it from any.
// Memory: 1.5 MiB for each thread that has recorded a scope, and for the last 64 that ended.
#pragma once

#include <string_view>

#ifdef MILLRACE_PROFILE
#include "millrace/telemetry/profile_scope.h"
#define MILLRACE_PROFILE_JOIN_(a, b) a##b
#define MILLRACE_PROFILE_NAME_(line) MILLRACE_PROFILE_JOIN_(millrace_profile_scope_, line)
#define MILLRACE_PROFILE_SCOPE(...) const ::millrace::telemetry::ProfileScope MILLRACE_PROFILE_NAME_(__LINE__)(__VA_ARGS__)
#define MILLRACE_PROFILE_SPAN(...) ::millrace::telemetry::profile_span(__VA_ARGS__)
#else
#define MILLRACE_PROFILE_SCOPE(...)
#define MILLRACE_PROFILE_SPAN(...)
#endif

namespace millrace::telemetry {

// In every build: the name that top, perf, gdb and the trace show for the calling thread. Linux takes 15 bytes of it; what is not
// printable ASCII becomes '?'. The main thread keeps the process's name, and is "main" in a trace.
void name_thread(std::string_view name);

// Whether the library's own scopes are compiled in.
bool has_profile_scopes();

}  // namespace millrace::telemetry

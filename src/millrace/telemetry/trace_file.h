// SPDX-License-Identifier: Apache-2.0
//
// What the rings of profile.h hold, as a file that Perfetto (ui.perfetto.dev) and chrome://tracing open: Chrome's Trace Event
// Format, JSON object form (docs/profiling.md names the members). Scopes are complete events ("ph":"X") on their threads, spans
// are pairs of async events ("b", "e"), numbers are their args; times are microseconds since the process's first scope.
//
//   Result<void> done = write_trace("load.trace.json", {.version = "0.1.0", .trace = TraceContext::from_environment()});
//
// Threads: from any, while the others go on recording; the file then holds what had ended when its thread was visited.
// Memory: a copy of one ring at a time.
#pragma once

#include <string>

#include "millrace/base/result.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::telemetry {

struct TraceInfo {
  std::string version;
  TraceContext trace;
};

// The file is written beside its place and then moved there, so that who reads it never sees half of one; a pipe or device is
// written to. Errors: not_found, forbidden, io.
Result<void> write_trace(const std::string& path, const TraceInfo& info);
// What such a file would hold. io where the system's temporary folder cannot be written to.
Result<std::string> trace_text(const TraceInfo& info);

}  // namespace millrace::telemetry

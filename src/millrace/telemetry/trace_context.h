// SPDX-License-Identifier: Apache-2.0
//
// Which trace a piece of work belongs to: W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context/). Exemplars and
// trace files carry the trace id, so that a slow commit in a histogram leads to the work that it was.
//
//   TraceContext trace = TraceContext::from_environment();   // TRACEPARENT, or a trace of its own
//   to_hex(trace.trace_id);                                  // 4bf92f3577b34da6a3ce929d0e0e4736
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::telemetry {

using TraceId = std::array<std::uint8_t, 16>;  // not all zero
using SpanId = std::array<std::uint8_t, 8>;    // not all zero

struct TraceContext {
  TraceId trace_id{};
  SpanId span_id{};  // of the caller
  friend bool operator==(const TraceContext&, const TraceContext&) = default;

  // Ids out of the operating system's generator.
  static TraceContext random();
  // The environment variable TRACEPARENT, as OpenTelemetry's "environment variables as context propagation carriers" has it;
  // random() where it is absent or malformed.
  static TraceContext from_environment();
};

// The value of a `traceparent` header: version "-" trace id "-" span id "-" flags, hex in lower case. A version other than 00 may have more behind
// its flags; ff, all-zero ids and upper case are malformed.
std::optional<TraceContext> parse_traceparent(std::string_view text);

// 32 or 16 hex digits in lower case.
std::string to_hex(const TraceId& id);
std::string to_hex(const SpanId& id);

}  // namespace millrace::telemetry

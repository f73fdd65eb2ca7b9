// SPDX-License-Identifier: Apache-2.0
//
// By what a request is found again: its id, and the trace that it belongs to.
//
//   RequestIds ids;                                        // one for the server
//   const RequestContext context(request, ids);
//   context.add_headers(response);                         // X-Request-Id, traceparent
//   metrics.begin(context.trace());
//
// X-Request-Id is the client's own when it is 1 to 128 visible ASCII characters, else one of ours. A traceparent (W3C Trace Context) is
// passed on with its trace and flags, and a span of ours; without one there is no trace: whoever traces begins it.
// Measured (bench/gateway/parts_bench.cc): 20 ns, 190 ns with a trace; an id of ours takes no allocation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/net/http.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::gateway {

// Ids of at most 15 characters, as short as std::string holds without an allocation: seven that are random for each process, then a count.
// They are told apart, not kept secret. Threads: one.
class RequestIds {
 public:
  RequestIds();
  std::string next();
  telemetry::SpanId next_span();

 private:
  std::string prefix_;
  std::uint64_t count_ = 0;
  std::uint64_t span_;  // a random beginning
};

class RequestContext {
 public:
  static constexpr std::size_t id_bytes_max = 128;

  RequestContext(const net::HttpRequest& request, RequestIds& ids);
  // Of what was refused before anybody read its headers.
  explicit RequestContext(RequestIds& ids) : id_(ids.next()) {}

  std::string_view id() const { return id_; }
  bool has_trace() const { return trace_.trace_id != telemetry::TraceId{}; }
  // All zero without a trace. The span is ours.
  const telemetry::TraceContext& trace() const { return trace_; }
  std::string trace_id() const { return has_trace() ? telemetry::to_hex(trace_.trace_id) : std::string(); }
  void add_headers(net::HttpResponse& response) const;

 private:
  std::string id_;
  telemetry::TraceContext trace_;
  char flags_[2] = {'0', '0'};
};

}  // namespace millrace::gateway

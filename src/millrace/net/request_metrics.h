// SPDX-License-Identifier: Apache-2.0
//
// What a server counts of its requests: requests_total{method,route,status}, active_requests and
// request_duration_seconds{method,route}, the latter with the trace of the request's `traceparent` as exemplar.
//
//   RequestMetrics metrics(registry);
//   const RequestMetrics::Begun begun = metrics.begin(request, "/v1/{table}");   // a route, never a path
//   …
//   metrics.end(begun, 201);
//
// Threads: any. Methods that HTTP does not define count as "other", so that clients cannot make up label values.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "millrace/net/http.h"
#include "millrace/telemetry/registry.h"

namespace millrace::net {

inline constexpr std::string_view other_route = "other";

class RequestMetrics {
 public:
  explicit RequestMetrics(telemetry::Registry& registry);

  struct Begun {
    std::string_view method;
    std::string_view route;
    telemetry::TraceContext trace;  // all zero when the client names none
    std::chrono::steady_clock::time_point at;
  };
  // `route` is out of a closed list, a literal.
  Begun begin(const HttpRequest& request, std::string_view route) const;
  void end(const Begun& begun, int status) const;
  // Answered before anybody knew what it is: HttpOptions::refused.
  void refused(int status) const;

 private:
  telemetry::Family<telemetry::Counter> requests_;
  telemetry::Gauge active_;
  telemetry::Family<telemetry::Histogram> seconds_;
};

}  // namespace millrace::net

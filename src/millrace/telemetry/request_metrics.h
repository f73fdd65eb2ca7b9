// SPDX-License-Identifier: Apache-2.0
//
// What a server counts of its requests: requests_total{method,route,status}, active_requests and
// request_duration_seconds{method,route}.
//
//   const RequestMetrics metrics(Registry::global());
//   const RouteMetrics create = metrics.route("POST", "/v1/{table}", {201, 400, 409});   // once: looks up
//
//   Response response = millrace::process_request(create, request, handle);   // each request: counts
//
// Where the answer comes later, on another thread:
//   ActiveRequest active = create.begin();   // moves along with the request
//   std::move(active).end(201);
//
// A request counts once, and active_requests falls again, however it ends: one whose handler throws, or which is dropped without
// an answer, counts with status 500.
// Threads: any.
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/telemetry/registry.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::telemetry {

// The route of what is at none of the server's.
inline constexpr std::string_view other_route = "other";

class ActiveRequest;

// Of one method and route. Must not outlive its registry.
class RouteMetrics {
 public:
  // The request is begun now; `trace`, when it is not all zero, becomes the exemplar of its duration.
  ActiveRequest begin(const TraceContext& trace = {}) const;

 private:
  friend class RequestMetrics;
  friend class ActiveRequest;
  RouteMetrics(Gauge active, Histogram seconds, Family<Counter> requests, std::string_view method, std::string_view route,
               std::initializer_list<int> statuses);
  void count(int status) const;

  Gauge active_;
  Histogram seconds_;
  Family<Counter> requests_;
  std::string method_;
  std::string route_;
  Counter server_error_;  // a handler that throws is counted without an allocation
  std::vector<std::pair<int, Counter>> known_;
};

// A request that is being answered. Its RouteMetrics stays alive and in its place.
class [[nodiscard]] ActiveRequest {
 public:
  ActiveRequest(ActiveRequest&& other) noexcept : metrics_(std::exchange(other.metrics_, nullptr)), trace_(other.trace_), begin_(other.begin_) {}
  ActiveRequest& operator=(ActiveRequest&&) = delete;
  ~ActiveRequest() {
    if (metrics_ != nullptr) finish(500);
  }
  void end(int status) && { finish(status); }

 private:
  friend class RouteMetrics;
  ActiveRequest(const RouteMetrics& metrics, const TraceContext& trace)
      : metrics_(&metrics), trace_(trace), begin_(std::chrono::steady_clock::now()) {
    metrics.active_.add(1);
  }
  void finish(int status);

  const RouteMetrics* metrics_;
  TraceContext trace_;
  std::chrono::steady_clock::time_point begin_;
};

inline ActiveRequest RouteMetrics::begin(const TraceContext& trace) const { return {*this, trace}; }

class RequestMetrics {
 public:
  explicit RequestMetrics(Registry& registry);

  // `route` is out of a closed list, "/v1/{table}", never a path. A method that HTTP does not define counts as "other", so that
  // clients cannot make up label values. Answers with one of `statuses` are then counted without a look-up, and are shown from the
  // start, as 0.
  RouteMetrics route(std::string_view method, std::string_view route, std::initializer_list<int> statuses = {}) const;
  // Answered before anybody knew what it is: net::HttpOptions::refused.
  void refused(int status) const;

 private:
  Family<Counter> requests_;
  Gauge active_;
  Family<Histogram> seconds_;
};

}  // namespace millrace::telemetry

namespace millrace {

// What handle(request) returns, counted and timed. The response has a data member `status`. What the handler throws passes on.
template <class Request, class Handler>
auto process_request(const telemetry::RouteMetrics& metrics, Request&& request, Handler&& handle, const telemetry::TraceContext& trace = {}) {
  telemetry::ActiveRequest active = metrics.begin(trace);
  auto response = std::invoke(std::forward<Handler>(handle), std::forward<Request>(request));
  static_assert(requires { { response.status } -> std::convertible_to<int>; }, "process_request(): the handler returns a response with a data member `status`, a number");
  std::move(active).end(response.status);
  return response;
}

}  // namespace millrace

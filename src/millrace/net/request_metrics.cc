// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/request_metrics.h"

#include <algorithm>
#include <array>
#include <string>

namespace millrace::net {
namespace {

using std::chrono::steady_clock;

constexpr telemetry::CounterInfo requests_info{"requests_total", "HTTP requests that were answered.", {"method", "route", "status"}};
constexpr telemetry::GaugeInfo active_info{"active_requests", "HTTP requests that are being answered."};
constexpr telemetry::HistogramInfo seconds_info{"request_duration_seconds", "Time from an HTTP request to its answer.",
                                                telemetry::seconds_bounds, {"method", "route"}};

// RFC 9110, section 9, and RFC 5789.
constexpr std::array<std::string_view, 9> methods{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

std::string_view known(std::string_view method) {
  const auto found = std::ranges::find(methods, method);
  return found == methods.end() ? "other" : *found;
}

}  // namespace

RequestMetrics::RequestMetrics(telemetry::Registry& registry)
    : requests_(registry.counters(requests_info)), active_(registry.gauge(active_info)), seconds_(registry.histograms(seconds_info)) {}

RequestMetrics::Begun RequestMetrics::begin(const HttpRequest& request, std::string_view route) const {
  active_.add(1);
  return {known(request.method), route, telemetry::parse_traceparent(request.header("traceparent")).value_or(telemetry::TraceContext()),
          steady_clock::now()};
}

void RequestMetrics::end(const Begun& begun, int status) const {
  active_.add(-1);
  requests_.with({begun.method, begun.route, std::to_string(status)}).add();
  const std::chrono::duration<double> seconds = steady_clock::now() - begun.at;
  seconds_.with({begun.method, begun.route}).observe(seconds.count(), begun.trace);
}

void RequestMetrics::refused(int status) const { requests_.with({"other", other_route, std::to_string(status)}).add(); }

}  // namespace millrace::net

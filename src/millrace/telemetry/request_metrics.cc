// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/request_metrics.h"

#include <algorithm>
#include <array>

namespace millrace::telemetry {
namespace {

// A gateway has some 30 pairs of method and route, and a dozen statuses of some of them.
constexpr std::size_t requests_children_max = 400;
constexpr CounterInfo requests_info{"requests_total", "HTTP requests that were answered.", {"method", "route", "status"}, requests_children_max};
constexpr GaugeInfo active_info{"active_requests", "HTTP requests that are being answered."};
constexpr HistogramInfo seconds_info{"request_duration_seconds", "Time from an HTTP request to its answer.", seconds_bounds,
                                     {"method", "route"}};

// RFC 9110, section 9, and RFC 5789.
constexpr std::array<std::string_view, 9> methods{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

std::string_view known(std::string_view method) {
  const auto found = std::ranges::find(methods, method);
  return found == methods.end() ? "other" : *found;
}

}  // namespace

RequestMetrics::RequestMetrics(Registry& registry)
    : requests_(registry.counters(requests_info)), active_(registry.gauge(active_info)), seconds_(registry.histograms(seconds_info)) {}

RouteMetrics RequestMetrics::route(std::string_view method, std::string_view route, std::initializer_list<int> statuses) const {
  const std::string_view known_method = known(method);
  return {active_, seconds_.with({known_method, route}), requests_, known_method, route, statuses};
}

void RequestMetrics::refused(int status) const { requests_.with({"other", other_route, std::to_string(status)}).add(); }

RouteMetrics::RouteMetrics(Gauge active, Histogram seconds, Family<Counter> requests, std::string_view method, std::string_view route,
                           std::initializer_list<int> statuses)
    : active_(active), seconds_(seconds), requests_(requests), method_(method), route_(route), server_error_(requests_.with({method_, route_, "500"})) {
  for (const int status : statuses) known_.emplace_back(status, requests_.with({method_, route_, std::to_string(status)}));
}

void RouteMetrics::count(int status) const {
  if (status == 500) return server_error_.add();
  for (const auto& [known_status, counter] : known_) {
    if (known_status == status) return counter.add();
  }
  requests_.with({method_, route_, std::to_string(status)}).add();
}

void ActiveRequest::finish(int status) {
  const RouteMetrics& metrics = *std::exchange(metrics_, nullptr);
  metrics.active_.add(-1);
  metrics.count(status);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin_;
  metrics.seconds_.observe(seconds.count(), trace_);
}

}  // namespace millrace::telemetry

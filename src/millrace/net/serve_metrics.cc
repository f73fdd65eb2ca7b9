// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/serve_metrics.h"

#include <array>
#include <memory>
#include <utility>

#include "millrace/net/gzip.h"
#include "millrace/telemetry/exposition.h"
#include "millrace/telemetry/request_metrics.h"

namespace millrace::net {
namespace {

using telemetry::other_route;

constexpr std::array<std::string_view, 3> routes{"/", "/healthz", "/metrics"};
constexpr std::string_view front_page =
    "millrace\n\n/metrics  the metrics of this process, as Prometheus text or OpenMetrics\n/healthz  200 as long as it lives";

std::string_view route_of(const HttpRequest& request) {
  for (const std::string_view route : routes) {
    if (request.path() == route) return route;
  }
  return other_route;
}

HttpResponse respond(const HttpRequest& request, std::string_view route, const telemetry::Registry& registry) {
  if (route == other_route) return text_response(404, "404 Not Found: there are /, /healthz and /metrics");
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse refusal = text_response(405, "405 Method Not Allowed");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return refusal;
  }
  if (route == "/metrics") return metrics_response(request, registry);
  return text_response(200, route == "/healthz" ? "ok" : front_page);
}

}  // namespace

HttpResponse metrics_response(const HttpRequest& request, const telemetry::Registry& registry) {
  const telemetry::Exposition exposition = telemetry::negotiate(request.list("accept"));
  HttpResponse response{.headers = {{"Content-Type", std::string(telemetry::content_type(exposition))}, {"Vary", "Accept, Accept-Encoding"}},
                        .body = {}};
  telemetry::write_metrics(registry, exposition, response.body);
  if (telemetry::accepts_gzip(request.list("accept-encoding"))) {
    response.body = gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

Result<std::unique_ptr<HttpServer>> serve_metrics(Loop& loop, const ListenAddress& address, telemetry::Registry& registry) {
  const telemetry::RequestMetrics metrics(registry);
  HttpOptions options{.body_bytes_max = 4096, .connections_max = 16};
  options.refused = [metrics](int status) noexcept { metrics.refused(status); };
  return HttpServer::listen(
      loop, address,
      [metrics, &registry](const HttpRequest& request, HttpReply reply) noexcept {
        const std::string_view route = route_of(request);
        const telemetry::RouteMetrics counted = metrics.route(request.method, route);
        const telemetry::TraceContext trace = telemetry::parse_traceparent(request.header("traceparent")).value_or(telemetry::TraceContext());
        std::move(reply).send(process_request(counted, request, [&](const HttpRequest& asked) { return respond(asked, route, registry); }, trace));
      },
      std::move(options));
}

}  // namespace millrace::net

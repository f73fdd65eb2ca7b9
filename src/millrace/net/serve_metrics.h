// SPDX-License-Identifier: Apache-2.0
//
// Serves a registry to Prometheus, and to people:
//
//   GET /metrics   the metrics, in the format and with the compression that the client prefers
//   GET /healthz   200 as long as the process lives
//   GET /          a page that names the two
//
// Its own requests are counted in the same registry (telemetry/request_metrics.h).
// Memory: at most 16 clients, and a small multiple of the text for each.
#pragma once

#include <memory>

#include "millrace/net/http_server.h"
#include "millrace/telemetry/registry.h"

namespace millrace::net {

// As HttpServer::listen(). The registry outlives the server.
Result<std::unique_ptr<HttpServer>> serve_metrics(Loop& loop, const ListenAddress& address, telemetry::Registry& registry);

// What GET /metrics answers, for servers that have more routes.
HttpResponse metrics_response(const HttpRequest& request, const telemetry::Registry& registry);

}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
//
// Requests counted and timed. It improves on three macros around a call: handles are looked up once, counting takes no lock, the gauge
// falls when the handler throws, and requests have method, route and status.
#include <cstdio>
#include <stdexcept>
#include <string>

#include "millrace/millrace.h"
#include "millrace/telemetry/exposition.h"

struct Request {
  std::string body;
};
struct Response {
  int status;
};

Response handle_request(const Request& request) {
  if (request.body.empty()) throw std::runtime_error("no body");
  return {201};
}

int main() {
  millrace::telemetry::Registry& registry = millrace::telemetry::Registry::global();
  const millrace::telemetry::RequestMetrics metrics(registry);
  const auto create = metrics.route("POST", "/v1/{table}", {201});

  const Response response = millrace::process_request(create, Request{"{\"title\": \"First\"}"}, handle_request);
  try {
    millrace::process_request(create, Request{}, handle_request);
  } catch (const std::runtime_error&) {  // counted with status 500, and no longer active
  }

  std::string exposition;
  millrace::telemetry::write_metrics(registry, millrace::telemetry::Exposition::prometheus_text, exposition);
  std::fputs(exposition.c_str(), stdout);
  const auto says = [&](std::string_view line) { return exposition.find(line) != std::string::npos; };
  return response.status == 201 && says("requests_total{method=\"POST\",route=\"/v1/{table}\",status=\"201\"} 1\n") &&
                 says("requests_total{method=\"POST\",route=\"/v1/{table}\",status=\"500\"} 1\n") && says("active_requests 0\n") &&
                 says("request_duration_seconds_count{method=\"POST\",route=\"/v1/{table}\"} 2\n")
             ? 0
             : 1;
}

// SPDX-License-Identifier: Apache-2.0
#include "metrics_listener.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "millrace/net/serve_metrics.h"
#include "millrace/pipeline/load_metrics.h"

namespace millrace::app {

struct MetricsListener::Serving {
  net::Loop loop;
  std::unique_ptr<net::HttpServer> server;
};

MetricsListener::MetricsListener() = default;
MetricsListener::~MetricsListener() = default;

void MetricsListener::add_to(CLI::App& command) {
  command.add_option("--metrics-listen", address_, "Serve metrics to Prometheus there: PORT (on 127.0.0.1), HOST:PORT or [IPV6]:PORT")
      ->type_name("ADDR");
}

Result<void> MetricsListener::listen() {
  if (address_.empty()) return {};
  const Result<net::ListenAddress> address = net::parse_listen_address(address_);
  if (!address) return fail(Code::invalid_argument, "--metrics-listen: " + address.error().message);
  telemetry::Registry& registry = telemetry::Registry::global();
  telemetry::add_process_metrics(registry);
  auto serving = std::make_unique<Serving>();
  Result<std::unique_ptr<net::HttpServer>> server = net::serve_metrics(serving->loop, *address, registry);
  if (!server) return fail(Code::invalid_argument, "--metrics-listen: " + server.error().message);
  serving->server = *std::move(server);
  serving_ = std::move(serving);
  return {};
}

std::string MetricsListener::address() const { return serving_ ? net::to_string(serving_->server->address()) : std::string(); }

Result<void> MetricsListener::start() {
  if (address_.empty()) return {};
  pipeline::add_job_metrics();
  if (Result<void> listening = listen(); !listening) return listening;
  fmt::print(stderr, "millrace: metrics at http://{}/metrics\n", address());
  return {};
}

}  // namespace millrace::app

// SPDX-License-Identifier: Apache-2.0
//
// What `serve` is told: its flags, as they were typed or came from the environment or a file, and what they mean.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metrics_listener.h"
#include "millrace/base/result.h"
#include "millrace/gateway/gateway.h"
#include "millrace/net/http_server.h"
#include "millrace/net/listen_address.h"
#include "store_arguments.h"
#include "trace_option.h"

namespace CLI {
class App;
}

namespace millrace::app {

struct ServeArguments {
  StoreArguments store;
  std::string listen = "127.0.0.1:8080";
  std::string tokens;
  std::string tls_cert;
  std::string tls_key;
  std::string queue = "64MiB";
  std::string max_record = "1MiB";
  std::string max_body = "8MiB";
  std::size_t connections = 16'384;
  std::vector<std::string> cors_origins;
  std::string wait = "5s";
  std::string read_timeout = "10s";
  std::string stop_within = "30s";
  std::string access_log;
  std::string config;
  MetricsListener metrics;
  TraceOption trace;

  void add_to(CLI::App& command);
};

// The same, read; without what has to be opened.
struct ServeOptions {
  net::ListenAddress address;
  gateway::GatewayOptions gateway;
  std::chrono::milliseconds read_timeout{};
  std::optional<net::TlsFiles> tls;
};

// invalid_argument, which names the flag.
Result<ServeOptions> read_arguments(const ServeArguments& arguments);

}  // namespace millrace::app

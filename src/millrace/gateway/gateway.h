// SPDX-License-Identifier: Apache-2.0
//
// The gateway: applications create records one at a time over HTTP, and their creates share commits. contract.md (HTTP) has its
// face; docs/gateway.md tells how it works.
//
//   net::Loop loop;
//   gateway::Gateway gateway(*writes, *reads, loop, {});
//   auto server = net::HttpServer::listen(loop, address, gateway.handler(), gateway.http_options());
//   …
//   server->reset();   // answers what it has accepted; then the gateway may go
//
// An answer to a create means that the record is durable. Another program may keep routes of its own and hand the gateway those
// that are the gateway's: handler() is an ordinary HttpHandler.
//
// Threads: handler() runs on the loop's; a thread of the gateway's own writes, another reads.
// Memory: `queue_bytes_max` of records on their way, and what the HTTP server holds.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/gateway/access_log.h"
#include "millrace/gateway/event_log.h"
#include "millrace/gateway/tokens.h"
#include "millrace/net/http_server.h"
#include "millrace/net/loop.h"
#include "millrace/store/store.h"
#include "millrace/telemetry/registry.h"

namespace millrace::gateway {

struct GatewayOptions {
  std::size_t record_bytes_max = 1u << 20;  // 413 beyond, or a record's own error in an array or a stream
  std::size_t body_bytes_max = 8u << 20;    // of an object or an array; a stream has no limit
  // Records that wait for the store; bodies and answers under way may take as much again. 503 beyond.
  std::size_t queue_bytes_max = 64u << 20;
  std::size_t streams_max = 256;  // NDJSON, at once; each holds some 2 MiB at most
  std::size_t connections_max = 16'384;
  std::chrono::milliseconds store_wait{5'000};  // for a store that fails, before clients are told so
  std::chrono::milliseconds close_within{30'000};
  std::optional<Tokens> tokens;            // without them everybody may do everything
  std::vector<std::string> cors_origins;   // "https://app.example", or "*"; none: no CORS headers
  EventLog* events = nullptr;              // where failures are told; outlives the gateway
  AccessLog* access_log = nullptr;         // a line for each request; outlives the gateway
  std::string version;                     // of the program, for its traces
  bool has_metrics_route = true;           // false where metrics are served elsewhere
  telemetry::Registry* registry = &telemetry::Registry::global();
};

class Gateway {
 public:
  // `writes` and `reads` are two stores of one URL, so that reading does not wait for commits, or the same one where it may be used
  // by two threads. They, and the loop, outlive the gateway.
  Gateway(store::Store& writes, store::Store& reads, net::Loop& loop, GatewayOptions options);
  // Settles what was accepted. No request may come any more.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  net::HttpHandler handler();
  // For the server that calls it: limits, streams, and refusals in the gateway's own form.
  net::HttpOptions http_options();

  // Those that hold from the next request on. From any thread.
  void set_tokens(std::optional<Tokens> tokens);
  // /readyz says 503 from now on, so that no new clients are sent here. From any thread.
  void begin_closing();

  class Impl;  // gateway.cc

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::gateway

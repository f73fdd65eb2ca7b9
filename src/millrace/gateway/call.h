// SPDX-License-Identifier: Apache-2.0
//
// A request that is being answered: the right to do so, and what is noted when it is. Private to `gateway`.
// Threads: the loop's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "millrace/gateway/access.h"
#include "millrace/gateway/access_log.h"
#include "millrace/gateway/committer.h"
#include "millrace/gateway/event_log.h"
#include "millrace/gateway/problem.h"
#include "millrace/gateway/request_context.h"
#include "millrace/net/http_exchange.h"
#include "millrace/net/http_server.h"
#include "millrace/telemetry/request_metrics.h"

namespace millrace::gateway {

class NdjsonStream;

// What all calls of a gateway share; outlives them.
struct Desk {
  Committer& committer;
  Access& access;
  EventLog* events = nullptr;     // none: nothing is said
  AccessLog* access_log = nullptr;
  std::vector<std::string> cors_origins;
  std::size_t streams_max = 0;
  std::unordered_set<NdjsonStream*> streams;  // now

  // What the store said, where the client is told less: a failure, or a record that its rules refuse.
  void tell(std::string_view request_id, const Fault& fault, const Error& error) const {
    const bool is_told_less = fault.status >= 500 || error.code == Code::refused;
    if (is_told_less && events != nullptr) events->request_failed(request_id, fault.status, error);
  }
};

class Call {
 public:
  Call(Desk& desk, const net::HttpRequest& request, Route route, net::HttpReply reply, telemetry::ActiveRequest active, RequestContext context);
  Call(Call&&) noexcept = default;
  Call& operator=(Call&&) = delete;

  Desk& desk() const { return *desk_; }
  const RequestContext& context() const { return context_; }
  TokenPointer token;  // whose request it is

  // `records`: written, read or deleted.
  void answer(net::HttpResponse response, std::uint64_t records = 0) &&;
  // The same of what was only read: a large one is 503 while too many wait for clients that do not take them.
  void answer_read(net::HttpResponse response, std::uint64_t records) &&;
  // A store's failure goes to the event log as it is.
  void refuse(const Error& error, Origin origin) &&;
  void refuse(const Fault& fault, std::chrono::seconds retry_after = std::chrono::seconds(1)) &&;

  // In place of these: a stream, whose head gets headers(), and whose end is told.
  std::shared_ptr<net::HttpExchange> exchange() { return std::move(reply_).exchange(); }
  void add_headers(net::HttpResponse& response) const;
  void ended(int status, std::uint64_t records, std::uint64_t bytes_in, std::uint64_t bytes_out) &&;

 private:
  struct Line;  // of the access log
  void log(int status, std::uint64_t records, std::uint64_t bytes_in, std::uint64_t bytes_out) const;

  Desk* desk_;
  net::HttpReply reply_;
  telemetry::ActiveRequest active_;
  RequestContext context_;
  std::string allow_origin_;  // empty without CORS
  std::shared_ptr<const Line> line_;  // null without an access log
};

}  // namespace millrace::gateway

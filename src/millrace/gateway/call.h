// SPDX-License-Identifier: Apache-2.0
//
// A request that is being answered: the right to do so, and what is noted when it is. Private to `gateway`.
// Threads: the loop's.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "millrace/gateway/problem.h"
#include "millrace/net/http_server.h"
#include "millrace/telemetry/request_metrics.h"

namespace millrace::gateway {

class Committer;

class Call {
 public:
  Call(net::HttpReply reply, telemetry::ActiveRequest active, std::string request_id)
      : reply_(std::move(reply)), active_(std::move(active)), request_id_(std::move(request_id)) {}

  const std::string& request_id() const { return request_id_; }

  void answer(net::HttpResponse response) && {
    response.headers.emplace_back("X-Request-Id", std::move(request_id_));
    std::move(active_).end(response.status);
    std::move(reply_).send(std::move(response));
  }
  // `committer` tells when to come again, where the status is one that says so.
  void refuse(const Error& error, Origin origin, const Committer& committer) &&;
  void refuse(const Fault& fault) && {
    net::HttpResponse response = problem_response(fault, request_id_);
    std::move(*this).answer(std::move(response));
  }

 private:
  net::HttpReply reply_;
  telemetry::ActiveRequest active_;
  std::string request_id_;
};

}  // namespace millrace::gateway

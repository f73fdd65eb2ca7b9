// SPDX-License-Identifier: Apache-2.0
//
// A gateway over a store, served on a port of its own, and the requests of a test.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/gateway/gateway.h"
#include "millrace/net/http_server.h"
#include "support/http_client.h"

namespace millrace::testing {

class Served {
 public:
  explicit Served(store::Store& store, gateway::GatewayOptions options = {}) {
    if (options.close_within > std::chrono::seconds(10)) options.close_within = std::chrono::seconds(10);
    gateway_ = std::make_unique<gateway::Gateway>(store, store, loop_, std::move(options));
    auto server = net::HttpServer::listen(loop_, {"127.0.0.1", 0}, gateway_->handler(), gateway_->http_options());
    EXPECT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }
  // In the order in which a program does it.
  ~Served() {
    server_.reset();
    gateway_.reset();
  }

  std::uint16_t port() const { return server_->address().port; }
  gateway::Gateway& gateway() { return *gateway_; }
  net::Loop& loop() { return loop_; }
  void close_server() { server_.reset(); }

  static std::string request(std::string_view method, std::string_view target, std::string_view body = {}, std::string_view headers = {}) {
    const bool has_type = headers.find("Content-Type") != headers.npos;
    return fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n{}{}Content-Length: {}\r\n\r\n{}", method, target, headers,
                       body.empty() || has_type ? "" : "Content-Type: application/json\r\n", body.size(), body);
  }
  std::string ask(std::string_view method, std::string_view target, std::string_view body = {}, std::string_view headers = {}) const {
    HttpClient client(port());
    client.send(request(method, target, body, headers));
    return client.read_answer(method != "HEAD");
  }
  std::string post(std::string_view body, std::string_view headers = {}) const { return ask("POST", "/v1/post", body, headers); }

 private:
  net::Loop loop_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<net::HttpServer> server_;
};

// The value of a header in an answer; empty when there is none.
inline std::string header_of(std::string_view answer, std::string_view name) {
  const std::string line = fmt::format("\r\n{}: ", name);
  const std::size_t at = answer.substr(0, answer.find("\r\n\r\n")).find(line);
  if (at == answer.npos) return {};
  const std::string_view rest = answer.substr(at + line.size());
  return std::string(rest.substr(0, rest.find("\r\n")));
}

}  // namespace millrace::testing

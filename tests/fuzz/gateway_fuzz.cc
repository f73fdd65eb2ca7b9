// SPDX-License-Identifier: Apache-2.0
//
// What holds for any bytes that come over a socket to a gateway with a memory store. The first byte says how the others are sent:
// as they are, or as the body of a create that is otherwise well formed.
//
// It goes on; what it says is HTTP, with a status that it documents, and JSON; what it says it has created is there, is the same when it
// is sent again, and is gone when it is deleted.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/gateway/gateway.h"
#include "millrace/record/json.h"
#include "millrace/store/memory_store.h"
#include "support/http_client.h"

namespace {

using namespace millrace;
using millrace::testing::body_of;
using millrace::testing::HttpClient;
using millrace::testing::status_of;

constexpr std::size_t runs_max = 20'000;  // of one gateway: what arrays and streams create stays
constexpr std::array<std::string_view, 19> statuses{"100", "200", "201", "204", "400", "401", "403", "404", "405", "408", "409", "413",
                                                    "415", "417", "422", "429", "431", "500", "503"};

class Served {
 public:
  Served() {
    auto listening = net::HttpServer::listen(loop_, {"127.0.0.1", 0}, gateway_.handler(), gateway_.http_options());
    MILLRACE_ASSERT(listening.has_value());
    server_ = *std::move(listening);
  }
  std::uint16_t port() const { return server_->address().port; }

 private:
  store::MemoryStore store_;
  net::Loop loop_;
  gateway::Gateway gateway_{store_, store_, loop_, {.record_bytes_max = 4096, .body_bytes_max = 8192}};
  std::unique_ptr<net::HttpServer> server_;
};

std::uint16_t port_of_gateway() {
  static auto& served = *new std::unique_ptr<Served>;  // to the end: its threads would outlive what libcrypto has for them
  static std::size_t runs = 0;
  if (runs++ % runs_max == 0) {
    GTEST_FLAG_SET(break_on_failure, true);  // of the client: a server that is silent
    served = nullptr;
    served = std::make_unique<Served>();
  }
  return served->port();
}

std::string header_of(std::string_view answer, std::string_view name) {
  const std::string line = "\r\n" + std::string(name) + ": ";
  const std::size_t at = answer.find(line);
  if (at > answer.find("\r\n\r\n")) return {};
  const std::size_t begin = at + line.size();
  return std::string(answer.substr(begin, answer.find("\r\n", begin) - begin));
}

void check_is_known(std::string_view answer) {
  MILLRACE_ASSERT(std::ranges::find(statuses, status_of(answer)) != statuses.end());
  MILLRACE_ASSERT(status_of(answer) != "500");
}

void send_as_it_is(std::string_view bytes) {
  HttpClient client(port_of_gateway());
  client.send(bytes);
  client.end_sending();
  const std::string said = client.read_to_end();
  if (!said.empty()) check_is_known(said);
}

std::string ask(HttpClient& client, std::string_view method, std::string_view target, std::string_view headers = {}, std::string_view body = {}) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: a\r\nContent-Length: ").append(std::to_string(body.size()));
  request.append("\r\n").append(headers).append("\r\n").append(body);
  MILLRACE_ASSERT(client.send(request));
  std::string answer = client.read_answer();
  check_is_known(answer);
  return answer;
}

void check_created(HttpClient& client, const std::string& created, std::string_view target, std::string_view headers, std::string_view body) {
  const std::string again = ask(client, "POST", target, headers, body);
  MILLRACE_ASSERT(status_of(again) == "201" && header_of(again, "Idempotency-Replayed") == "true");
  MILLRACE_ASSERT(body_of(again) == body_of(created));
  const std::string location = header_of(created, "Location");
  const std::string stored = ask(client, "GET", location);
  MILLRACE_ASSERT(status_of(stored) == "200");
  const Result<Value> given = parse_json(body);
  const Result<Value> kept = parse_json(body_of(stored));
  MILLRACE_ASSERT(given && kept);
  for (const Member& member : *given->get_if<Object>()) {
    const bool is_changed = member.key == "id" || member.key == "created_at" || member.key == "content";  // by the shape of post
    MILLRACE_ASSERT(is_changed || *kept->find(member.key) == member.value);
  }
  MILLRACE_ASSERT(status_of(ask(client, "DELETE", location)) == "204");
  MILLRACE_ASSERT(status_of(ask(client, "GET", location)) == "404");
}

void send_as_body(std::uint8_t how, std::string_view body) {
  const std::string_view target = (how & 2) != 0 ? "/v1/post" : "/v1/any";
  std::string headers = (how & 4) != 0 ? "Idempotency-Key: k\r\n" : "";
  if ((how & 8) != 0) headers += "Content-Encoding: gzip\r\n";
  HttpClient client(port_of_gateway());
  const std::string answer = ask(client, "POST", target, headers, body);
  if (status_of(answer) != "413") MILLRACE_ASSERT(parse_json(body_of(answer)).has_value());
  if (status_of(answer) == "201" && (how & 12) == 4) check_created(client, answer, target, headers, body);
  client.reset();
}

void send_as_stream(std::uint8_t how, std::string_view body) {
  std::string request = "POST /v1/any HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\n";
  if ((how & 8) != 0) request += "Content-Encoding: gzip\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  HttpClient client(port_of_gateway());
  client.send(request.append(body));
  const std::string answer = client.read_to_end();
  check_is_known(answer);
  MILLRACE_ASSERT(status_of(answer) == "200" && answer.contains("\"complete\":") && answer.ends_with("\r\n0\r\n\r\n"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) == 0) {
    send_as_it_is(rest);
  } else if ((data[0] & 16) != 0) {
    send_as_stream(data[0], rest);
  } else {
    send_as_body(data[0], rest);
  }
  return 0;
}

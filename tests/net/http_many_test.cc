// SPDX-License-Identifier: Apache-2.0
//
// As many connections at once as the process may have, up to ten thousand.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <vector>

#include "millrace/net/http_server.h"
#include "support/http_client.h"

namespace millrace::net {
namespace {

using testing::HttpClient;
using testing::status_of;

std::size_t resident_bytes() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t connections_at_most(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(wanted, (limit.rlim_cur - 100) / 2);  // both ends are here
}

TEST(HttpMany, holds_ten_thousand_connections_in_little_memory_and_answers_each) {
  const std::size_t count = connections_at_most(10'000);
  Loop loop;
  auto server = HttpServer::listen(loop, {"127.0.0.1", 0}, [](const HttpRequest& request, HttpReply reply) noexcept {
    std::move(reply).send({.status = 201, .headers = {}, .body = std::string(request.body.substr(0, 3))});
  }, {.connections_max = count + 1});
  ASSERT_TRUE(server) << server.error().message;
  const std::uint16_t port = (*server)->address().port;
  std::vector<HttpClient> clients;
  clients.reserve(count + 1);
  const std::size_t before = resident_bytes();
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(port);
  const std::string request = "POST /v1/post HTTP/1.1\r\nHost: test\r\nContent-Length: 600\r\n\r\n" + std::string(600, 'x');
  for (int round = 0; round < 2; ++round) {
    for (HttpClient& client : clients) ASSERT_TRUE(client.send(request));
    for (HttpClient& client : clients) ASSERT_EQ(status_of(client.read_answer()), "201");
  }
  const std::size_t each = (resident_bytes() - before) / count;
  RecordProperty("connections", static_cast<int>(count));
  RecordProperty("bytes_each", static_cast<int>(each));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(each, 3072) << "of " << count << " connections, what their clients keep here included";
#endif
  HttpClient more(port);
  more.send(request);
  EXPECT_EQ(status_of(more.read_answer()), "201");
  server->reset();
  EXPECT_TRUE(std::ranges::all_of(clients, &HttpClient::is_closed));
}

// Three bodies of 900 KB where 2 MiB have room: the one that goes beyond is turned away, and its place is free again then.
TEST(HttpMany, holds_no_more_of_all_bodies_than_it_may) {
  Loop loop;
  std::atomic<int> refused = 0;
  HttpOptions options{.held_bytes_max = 2u << 20};
  options.refused = [&](int status) noexcept {
    refused = status;
    refused.notify_all();
  };
  auto server = HttpServer::listen(loop, {"127.0.0.1", 0}, [](const HttpRequest&, HttpReply reply) noexcept { std::move(reply).send({}); }, std::move(options));
  ASSERT_TRUE(server) << server.error().message;
  const std::uint16_t port = (*server)->address().port;
  const std::string begin = "POST /v1/post HTTP/1.1\r\nHost: test\r\nContent-Length: 900001\r\n\r\n" + std::string(900'000, 'x');
  std::vector<HttpClient> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(port).send(begin);
  refused.wait(0);
  HttpClient small(port);  // which has always room
  small.send("POST /v1/post HTTP/1.1\r\nHost: test\r\nContent-Length: 15000\r\n\r\n" + std::string(15'000, 'x'));
  EXPECT_EQ(status_of(small.read_answer()), "200");
  std::vector<std::string> statuses;
  for (HttpClient& client : clients) {
    client.send("x");
    statuses.emplace_back(status_of(client.read_answer()));
  }
  std::ranges::sort(statuses);
  EXPECT_EQ(statuses, (std::vector<std::string>{"200", "200", "503"}));
  EXPECT_EQ(refused, 503);
  for (int i = 0; i < 3; ++i) {
    HttpClient later(port);
    later.send(begin + "x");
    EXPECT_EQ(status_of(later.read_answer()), "200");
  }
}

}  // namespace
}  // namespace millrace::net

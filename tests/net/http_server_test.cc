// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include "support/http_client.h"

namespace millrace::net {
namespace {

using namespace std::string_view_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::body_of;
using testing::http_get;
using testing::HttpClient;
using testing::status_of;

// Answers with what it was asked, and keeps what the server refused by itself.
class HttpServerTest : public ::testing::Test {
 protected:
  void serve(HttpOptions options = {}) {
    options.refused = [this](int status) noexcept { refused_ = status; };
    serve([this](const HttpRequest& request, HttpReply reply) noexcept {
      ++requests_;
      std::string said = fmt::format("{} {} {}", request.method, request.path(), request.body);
      if (const std::string_view name = request.header("x-name"); !name.empty()) said += fmt::format(" from {}", name);
      std::move(reply).send(text_response(200, said));
    }, std::move(options));
  }
  void serve(HttpHandler handler, HttpOptions options) {
    auto server = HttpServer::listen(loop_, {"127.0.0.1", 0}, std::move(handler), std::move(options));
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    port_ = server_->address().port;
  }
  std::string ask(std::string_view request) {
    HttpClient client(port_);
    client.send(request);
    return client.read_answer();
  }

  Loop loop_;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<int> refused_ = 0;
  std::unique_ptr<HttpServer> server_;  // last: it ends before what its handler uses
};

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: test\r\n\r\n";

TEST_F(HttpServerTest, answers_a_request) {
  serve();
  const std::string answer = ask("POST /a/b?c=d HTTP/1.1\r\nHost: test\r\nX-NAME: me\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
  EXPECT_NE(answer.find("\r\nContent-Length: 24\r\n"), answer.npos) << answer;
  EXPECT_NE(answer.find(" GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"), answer.npos) << answer;
  EXPECT_EQ(body_of(answer), "POST /a/b hello from me\n");
}

TEST_F(HttpServerTest, keeps_the_connection_until_the_client_says_otherwise) {
  serve();
  HttpClient client(port_);
  for (int i = 0; i < 3; ++i) {
    client.send(get);
    EXPECT_NE(client.read_answer().find("Connection: keep-alive"), std::string::npos);
  }
  client.send("GET /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  EXPECT_NE(client.read_answer().find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, closes_after_a_request_of_http_1_0_unless_asked_to_keep) {
  serve();
  HttpClient once(port_);
  once.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(status_of(once.read_answer()), "200");
  EXPECT_TRUE(once.is_closed());
  HttpClient kept(port_);
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(status_of(kept.read_answer()), "200");
  }
}

TEST_F(HttpServerTest, answers_head_with_the_length_and_no_body) {
  serve();
  HttpClient client(port_);
  client.send("HEAD /a HTTP/1.1\r\nHost: test\r\n\r\n");
  const std::string answer = client.read_answer(false);
  EXPECT_NE(answer.find("Content-Length: 9\r\n"), answer.npos) << answer;  // "HEAD /a \n"
  client.send(get);
  EXPECT_EQ(status_of(client.read_answer()), "200") << "no body may stand before it";
}

TEST_F(HttpServerTest, answers_pipelined_requests_in_their_order) {
  serve();
  HttpClient client(port_);
  std::string all;
  for (int i = 0; i < 200; ++i) all += fmt::format("POST /{} HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\n{:03}", i, i);
  client.send(all);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(body_of(client.read_answer()), fmt::format("POST /{} {:03}\n", i, i));
}

TEST_F(HttpServerTest, takes_a_request_byte_by_byte) {
  serve();
  HttpClient client(port_);
  for (const char byte : std::string_view("\r\nPOST /a HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")) {
    client.send({&byte, 1});
  }
  EXPECT_EQ(body_of(client.read_answer()), "POST /a abcde\n");
  client.send(get);
  EXPECT_EQ(status_of(client.read_answer()), "200");
}

TEST_F(HttpServerTest, says_continue_to_who_waits_for_it) {
  serve();
  HttpClient client(port_);
  client.send("PUT /a HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(body_of(client.read_answer()), "PUT /a ok\n");
}

TEST_F(HttpServerTest, refuses_what_is_no_request) {
  serve();
  for (const std::string_view garbage :
       {"\x16\x03\x01\x02 hello over TLS\r\n\r\n"sv, "GET\r\n\r\n"sv, "GET / HTTP/9.9\r\n\r\n"sv, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv, "GET / HTTP/1.1\r\nno colon\r\n\r\n"sv,
        "GET / HTTP/1.1\r\n\r\n"sv, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"sv, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"sv,
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"sv, "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n"sv,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"sv}) {
    refused_ = 0;
    HttpClient client(port_);
    client.send(garbage);
    const std::string answer = client.read_answer();
    EXPECT_EQ(status_of(answer), "400") << garbage << "\n" << answer;
    EXPECT_NE(answer.find("Connection: close"), answer.npos);
    EXPECT_TRUE(client.is_closed()) << garbage;
    EXPECT_EQ(refused_, 400);
  }
  EXPECT_EQ(requests_, 0);
}

// RFC 9112, sections 6.1 and 6.3: a body whose end is not known would be taken for the next request.
TEST_F(HttpServerTest, refuses_a_coding_that_it_does_not_know_and_what_stands_behind_it) {
  serve();
  for (const std::string_view head :
       {"1.1\r\nTransfer-Encoding: gzip"sv, "1.1\r\nTransfer-Encoding: chunked, gzip"sv, "1.1\r\nTransfer-Encoding: gzip, chunked"sv,
        "1.1\r\nTransfer-Encoding: chunked, chunked"sv, "1.1\r\nTransfer-Encoding: identity"sv, "1.1\r\nTransfer-Encoding:"sv,
        "1.1\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked"sv, "1.1\r\nTransfer-Encoding: gzip\r\nContent-Length: 5"sv,
        "1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked"sv}) {
    HttpClient client(port_);
    client.send(fmt::format("POST /a HTTP/{}\r\nHost: test\r\n\r\n0\r\n\r\n{}", head, get));
    EXPECT_EQ(status_of(client.read_answer()), "400") << head;
    EXPECT_TRUE(client.is_closed()) << head;
  }
  EXPECT_EQ(requests_, 0);
  EXPECT_EQ(body_of(ask("POST /a HTTP/1.1\r\nHost: test\r\ntransfer-encoding: CHUNKED \r\n\r\n1\r\nx\r\n0\r\n\r\n")), "POST /a x\n");
}

TEST_F(HttpServerTest, refuses_a_host_that_is_none) {
  serve();
  for (const std::string_view host : {"a b/c", "a/b", "me@a", "a:x", "a:1:2", "[::1", "[]", "[::g]", "[::1]x", "\xc3\xa4"}) {
    EXPECT_EQ(status_of(ask(fmt::format("GET /a HTTP/1.1\r\nHost: {}\r\n\r\n", host))), "400") << host;
  }
  EXPECT_EQ(status_of(ask("GET /a HTTP/1.0\r\nHost: a b\r\n\r\n")), "400");
  for (const std::string_view host : {"", "a", "a.example:9464", "127.0.0.1:1", "[::1]", "[::ffff:127.0.0.1]:9464", "a_b-c", "a:"}) {
    EXPECT_EQ(status_of(ask(fmt::format("GET /a HTTP/1.1\r\nHost: {}\r\n\r\n", host))), "200") << host;
  }
}

TEST_F(HttpServerTest, refuses_a_head_that_is_too_large_and_the_client_can_read_why) {
  serve({.head_bytes_max = 2048});
  const std::string long_header = "GET / HTTP/1.1\r\nHost: test\r\nX-Long: " + std::string(200'000, 'x') + "\r\n\r\n";
  HttpClient client(port_);
  client.send(long_header);
  EXPECT_EQ(status_of(client.read_answer()), "431");
  EXPECT_TRUE(client.is_closed());
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(status_of(ask("GET /" + std::string(200'000, 'x') + " HTTP/1.1\r\n\r\n")), "431");
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(200'000, 'x'))), "431");
  const std::string fits = "GET / HTTP/1.1\r\nHost: test\r\nX-Long: " + std::string(1900, 'x') + "\r\n\r\n";
  EXPECT_EQ(status_of(ask(fits)), "200");
}

TEST_F(HttpServerTest, refuses_a_body_that_is_too_large) {
  serve({.body_bytes_max = 10});
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789")), "200");
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0123456789")), "413");
  EXPECT_EQ(status_of(ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n")), "413");
  EXPECT_EQ(refused_, 413);
}

TEST_F(HttpServerTest, gives_up_clients_that_are_too_slow) {
  serve({.read_timeout = milliseconds(60), .idle_timeout = milliseconds(60)});
  HttpClient half(port_);
  half.send("GET / HTTP/1.1\r\nHost: te");
  EXPECT_EQ(status_of(half.read_answer()), "408");
  EXPECT_TRUE(half.is_closed());
  HttpClient silent(port_);
  EXPECT_TRUE(silent.is_closed());
  HttpClient idle(port_);
  idle.send(get);
  EXPECT_EQ(status_of(idle.read_answer()), "200");
  EXPECT_TRUE(idle.is_closed());
}

TEST_F(HttpServerTest, gives_up_a_client_that_does_not_take_its_answer) {
  std::promise<void> answered;
  serve([&](const HttpRequest&, HttpReply reply) noexcept {
    std::move(reply).send(text_response(200, std::string(32u << 20, 'x')));
    answered.set_value();
  }, {.write_timeout = milliseconds(60)});
  HttpClient client(port_);
  client.send(get);
  answered.get_future().get();
  while (client.send("x")) {  // until the server has closed
  }
  EXPECT_LT(client.read_to_end().size(), 32u << 20);
}

TEST_F(HttpServerTest, makes_room_by_closing_who_has_kept_it_waiting_longest) {
  serve({.connections_max = 3});
  std::vector<HttpClient> idle;
  for (int i = 0; i < 3; ++i) {
    idle.emplace_back(port_);
    idle.back().send(get);
    ASSERT_EQ(status_of(idle.back().read_answer()), "200");
  }
  EXPECT_EQ(status_of(http_get(port_, "/")), "200");
  EXPECT_TRUE(idle[0].is_closed());
  idle[2].send(get);
  EXPECT_EQ(status_of(idle[2].read_answer()), "200");
}

TEST_F(HttpServerTest, makes_room_by_closing_who_does_not_take_its_answer) {
  std::counting_semaphore answered(0);
  serve([&](const HttpRequest& request, HttpReply reply) noexcept {
    const bool is_large = request.path() == "/large";
    std::move(reply).send(text_response(200, std::string(is_large ? 32u << 20 : 1, 'x')));
    if (is_large) answered.release();
  }, {.connections_max = 3, .write_timeout = milliseconds(60'000)});
  constexpr std::string_view get_large = "GET /large HTTP/1.1\r\nHost: test\r\n\r\n";
  HttpClient deaf(port_);
  deaf.send(get_large);
  deaf.send(get_large);  // and more behind it, which nobody reads either
  answered.acquire();
  HttpClient slow(port_);
  slow.send(get_large);
  answered.acquire();
  HttpClient idle(port_);
  idle.send(get);
  EXPECT_EQ(status_of(idle.read_answer()), "200");
  EXPECT_EQ(status_of(http_get(port_, "/")), "200");
  EXPECT_LT(deaf.read_to_end().size(), 32u << 20);
  EXPECT_EQ(body_of(slow.read_answer()).size(), (32u << 20) + 1);
  idle.send(get);
  EXPECT_EQ(status_of(idle.read_answer()), "200");
}

TEST_F(HttpServerTest, says_that_it_has_no_room_when_all_are_being_answered) {
  std::mutex mutex;
  std::vector<HttpReply> held;
  std::promise<void> both_are_there;
  std::promise<int> refused;
  serve([&](const HttpRequest&, HttpReply reply) noexcept {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(reply));
    if (held.size() == 2) both_are_there.set_value();
  }, {.connections_max = 2, .refused = [&](int status) noexcept { refused.set_value(status); }});
  HttpClient first(port_);
  HttpClient second(port_);
  first.send(get);
  second.send(get);
  both_are_there.get_future().get();
  HttpClient third(port_);
  const std::string answer = third.read_answer();
  EXPECT_EQ(status_of(answer), "503");
  EXPECT_NE(answer.find("Retry-After: 1"), answer.npos);
  EXPECT_EQ(refused.get_future().get(), 503);
  loop_.run([&] {
    for (HttpReply& reply : held) std::move(reply).send(text_response(200, "late"));
    held.clear();
  });
  EXPECT_EQ(body_of(first.read_answer()), "late\n");
  EXPECT_EQ(body_of(second.read_answer()), "late\n");
}

TEST_F(HttpServerTest, has_no_room_in_the_form_of_its_owner) {
  std::promise<HttpReply> asked;
  serve([&](const HttpRequest&, HttpReply reply) noexcept { asked.set_value(std::move(reply)); },
        {.connections_max = 1, .refusal = [](int status) noexcept {
           return HttpResponse{.headers = {{"Retry-After", "7"}}, .body = std::to_string(status)};
         }});
  HttpClient first(port_);
  first.send(get);
  HttpReply reply = asked.get_future().get();
  HttpClient second(port_);
  const std::string answer = second.read_answer();
  EXPECT_EQ(status_of(answer), "503");
  EXPECT_EQ(body_of(answer), "503");
  EXPECT_NE(answer.find("Retry-After: 7\r\nContent-Length: 3\r\nConnection: close\r\n"), answer.npos) << answer;
  loop_.run([&] { std::move(reply).send(text_response(200, "late")); });
  EXPECT_EQ(body_of(first.read_answer()), "late\n");
}

TEST_F(HttpServerTest, keeps_the_request_while_the_handler_runs) {
  std::promise<std::string> seen;
  for (const std::string_view connection : {"keep-alive", "close"}) {
    seen = {};
    serve([&](const HttpRequest& request, HttpReply reply) noexcept {
      std::move(reply).send(text_response(200, "ok"));
      seen.set_value(fmt::format("{} {} {}", request.target, request.header("x-name"), request.body));
    }, {});
    EXPECT_EQ(status_of(ask(fmt::format("POST /a HTTP/1.1\r\nHost: test\r\nX-Name: me\r\nConnection: {}\r\nContent-Length: 2\r\n\r\nhi", connection))), "200");
    EXPECT_EQ(seen.get_future().get(), "/a me hi");
  }
}

TEST_F(HttpServerTest, answers_500_for_a_reply_that_is_dropped) {
  serve([](const HttpRequest&, HttpReply) noexcept {}, {});
  EXPECT_EQ(status_of(ask(get)), "500");
}

TEST_F(HttpServerTest, answers_many_clients_at_once) {
  serve({.connections_max = 256});
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::vector<HttpClient> clients;
      for (int i = 0; i < 50; ++i) clients.emplace_back(port_);
      for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 50; ++i) clients[i].send(fmt::format("GET /{}/{} HTTP/1.1\r\nHost: test\r\n\r\n", t, i));
        for (int i = 0; i < 50; ++i) right += body_of(clients[i].read_answer()) == fmt::format("GET /{}/{} \n", t, i) ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 4 * 50 * 5);
}

TEST_F(HttpServerTest, ends_at_once_while_clients_are_idle) {
  serve({.close_within = milliseconds(60'000)});
  std::vector<HttpClient> clients;
  for (int i = 0; i < 20; ++i) clients.emplace_back(port_);
  for (int i = 5; i < 8; ++i) clients[i].send(get);
  for (int i = 5; i < 8; ++i) EXPECT_EQ(status_of(clients[i].read_answer()), "200");
  const auto begin = steady_clock::now();
  server_.reset();
  EXPECT_LT(steady_clock::now() - begin, milliseconds(30'000)) << "nobody had an answer to wait for";
  for (HttpClient& client : clients) EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, lets_requests_that_have_begun_be_answered_and_cuts_those_that_take_too_long) {
  serve({.close_within = milliseconds(2'000)});
  HttpClient half(port_);
  HttpClient never(port_);
  for (HttpClient* client : {&half, &never}) {
    client->send("GET /a HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client->read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");  // the head was read
  }
  HttpClient idle(port_);
  idle.send(get);
  EXPECT_EQ(status_of(idle.read_answer()), "200");
  std::jthread end([&] { server_.reset(); });
  EXPECT_TRUE(idle.is_closed());  // it has begun to close
  half.send("ok");
  const std::string answer = half.read_answer();
  EXPECT_EQ(body_of(answer), "GET /a ok\n");
  EXPECT_NE(answer.find("Connection: close"), answer.npos);
  EXPECT_TRUE(half.is_closed());
  EXPECT_TRUE(never.is_closed());
}

TEST_F(HttpServerTest, answers_who_has_ended_its_sending_side) {
  std::promise<HttpReply> asked;
  serve([&](const HttpRequest&, HttpReply reply) noexcept { asked.set_value(std::move(reply)); }, {});
  HttpClient client(port_);
  client.send(get);
  client.end_sending();
  HttpReply reply = asked.get_future().get();
  loop_.run([&] { std::move(reply).send(text_response(200, "late")); });
  EXPECT_EQ(body_of(client.read_answer()), "late\n");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HttpServerTest, refuses_in_the_form_of_its_owner) {
  serve([](const HttpRequest&, HttpReply reply) noexcept { std::move(reply).send(text_response(200, "ok")); },
        {.head_bytes_max = 1000, .body_bytes_max = 10, .read_timeout = milliseconds(200), .refusal = [](int status) noexcept {
           return HttpResponse{.headers = {{"Content-Type", "application/problem+json"}}, .body = fmt::format("{{\"status\":{}}}", status)};
         }});
  const std::vector<std::pair<std::string, std::string>> refusals{
      {"GET\r\n\r\n", "400"},
      {"GET / HT", "408"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", "413"},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", "417"},
      {"GET /" + std::string(2000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"}};
  for (const auto& [request, status] : refusals) {
    const std::string answer = ask(request);
    EXPECT_EQ(status_of(answer), status) << answer;
    EXPECT_EQ(body_of(answer), "{\"status\":" + status + "}");
    EXPECT_NE(answer.find("Content-Type: application/problem+json\r\n"), answer.npos) << answer;
  }
}

TEST_F(HttpServerTest, lets_an_answer_that_is_under_way_reach_its_client) {
  std::promise<void> asked;
  std::optional<HttpReply> held;
  serve([&](const HttpRequest&, HttpReply reply) noexcept {
    held.emplace(std::move(reply));
    asked.set_value();
  }, {.close_within = milliseconds(20'000)});
  std::jthread end;
  HttpClient client(port_);  // gone before the server is waited for
  client.send(get);
  asked.get_future().get();
  end = std::jthread([&] { server_.reset(); });
  loop_.post([&] { std::move(*held).send(text_response(200, std::string(4u << 20, 'x'))); });
  const std::string answer = client.read_answer();
  EXPECT_EQ(body_of(answer).size(), (4u << 20) + 1);
  EXPECT_NE(answer.substr(0, 200).find("HTTP/1.1 200"), answer.npos);
}

TEST_F(HttpServerTest, does_not_wait_for_ever_for_an_answer_and_a_late_one_is_dropped) {
  std::promise<void> asked;
  std::optional<HttpReply> held;
  serve([&](const HttpRequest&, HttpReply reply) noexcept {
    held.emplace(std::move(reply));
    asked.set_value();
  }, {.close_within = milliseconds(10)});
  HttpClient client(port_);
  client.send(get);
  asked.get_future().get();
  server_.reset();
  EXPECT_TRUE(client.is_closed());
  loop_.run([&] {
    std::move(*held).send(text_response(200, "late"));
    held.reset();
  });
}

using HttpServerDeathTest = HttpServerTest;

TEST_F(HttpServerDeathTest, may_not_be_destroyed_within_its_handler) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto destroy = [this] {
    serve([this](const HttpRequest&, HttpReply) noexcept { server_.reset(); }, {});
    ask(get);
  };
  EXPECT_DEATH(destroy(), "is_in_handler_ does not hold");
}

TEST(HttpServer, says_which_address_it_cannot_have_and_why) {
  Loop loop;
  const auto nothing = [](const HttpRequest&, HttpReply) noexcept {};
  const auto first = HttpServer::listen(loop, {"127.0.0.1", 0}, nothing);
  ASSERT_TRUE(first);
  const ListenAddress taken = (*first)->address();
  const auto second = HttpServer::listen(loop, taken, nothing);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::invalid_argument);
  EXPECT_EQ(second.error().message, fmt::format("cannot listen on {}: Address already in use", to_string(taken)));
  const auto elsewhere = HttpServer::listen(loop, {"192.0.2.1", 0}, nothing);  // RFC 5737: nobody's
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().message, "cannot listen on 192.0.2.1:0: Cannot assign requested address");
  const auto nowhere = HttpServer::listen(loop, {"no.such.host.invalid", 0}, nothing);
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("no.such.host.invalid:0"), std::string::npos) << nowhere.error().message;
}

TEST(HttpServer, listens_on_names_and_a_port_is_free_again_at_once) {
  Loop loop;
  const auto nothing = [](const HttpRequest&, HttpReply) noexcept {};
  ListenAddress address{"localhost", 0};
  for (int i = 0; i < 3; ++i) {
    const auto server = HttpServer::listen(loop, address, nothing);
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ((*server)->address().host, "127.0.0.1");
    address.port = (*server)->address().port;
    EXPECT_EQ(status_of(http_get(address.port, "/")), "500");
  }
}

TEST(HttpRequest, knows_path_and_query_of_both_forms_of_target) {
  EXPECT_EQ((HttpRequest{.target = "/a/b?c=d?e"}.path()), "/a/b");
  EXPECT_EQ((HttpRequest{.target = "/a/b?c=d?e"}.query()), "c=d?e");
  EXPECT_EQ((HttpRequest{.target = "/a"}.query()), "");
  EXPECT_EQ((HttpRequest{.target = "http://host:1/a?b"}.path()), "/a");
  EXPECT_EQ((HttpRequest{.target = "http://host"}.path()), "/");
  EXPECT_EQ((HttpRequest{.target = "http://host?b=/a"}.path()), "/");
  EXPECT_EQ((HttpRequest{.target = "http://host?b=/a"}.query()), "b=/a");
  EXPECT_EQ((HttpRequest{.target = "/a?u=http://x/y"}.path()), "/a");
  EXPECT_EQ((HttpRequest{.target = "a?u=http://x/y"}.path()), "a");
}

TEST(HttpRequest, joins_the_lines_of_a_header_that_is_a_list) {
  const std::vector<HttpHeader> headers{{"Accept", "a;q=0.1"}, {"Host", "test"}, {"ACCEPT", "b, c"}};
  const HttpRequest request{.headers = headers};
  EXPECT_EQ(request.list("accept"), "a;q=0.1, b, c");
  EXPECT_EQ(request.list("host"), "test");
  EXPECT_EQ(request.list("vary"), "");
  EXPECT_EQ(request.header("accept"), "a;q=0.1");
}

}  // namespace
}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_exchange.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "millrace/net/http_server.h"
#include "support/http_client.h"

namespace millrace::net {
namespace {

using Kind = HttpPiece::Kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::body_of;
using testing::HttpClient;
using testing::status_of;
using Exchange = std::shared_ptr<HttpExchange>;

constexpr std::string_view chunked_post = "POST /stream HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: test\r\n\r\n";

HttpResponse stream_head() { return {.status = 200, .headers = {{"Content-Type", "application/x-ndjson"}}, .body = {}}; }

std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

// Requests to /stream are the test's, as exchanges; others are answered at once.
class HttpExchangeTest : public ::testing::Test {
 protected:
  void serve(std::move_only_function<void(Exchange) noexcept> streamed, HttpOptions options = {}) {
    options.takes_stream = [](const HttpRequest& request) noexcept { return request.path() == "/stream"; };
    auto server = HttpServer::listen(loop_, {"127.0.0.1", 0}, [this, streamed = std::move(streamed)](const HttpRequest& request, HttpReply reply) mutable noexcept {
      if (request.path() != "/stream") return std::move(reply).send(text_response(200, request.body));
      EXPECT_EQ(request.body, "");
      streamed(std::move(reply).exchange());
    }, std::move(options));
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    port_ = server_->address().port;
  }
  // Each piece goes back as it comes, then a line that says how it ended.
  void echo(const Exchange& exchange) {
    exchange->read([this, exchange](HttpPiece piece) noexcept {
      tell(piece.kind);
      if (piece.kind != Kind::data) {
        exchange->write(fmt::format("end {}\n", static_cast<int>(piece.kind)), [exchange](bool) noexcept { exchange->end(); });
        return;
      }
      EXPECT_LE(piece.bytes.size(), 64 << 10);
      bytes_ += piece.bytes.size();
      exchange->write(std::string(piece.bytes), [this, exchange](bool is_open) noexcept {
        if (is_open) return echo(exchange);
        tell_write_failed();
      });
    });
  }
  void serve_echo(HttpOptions options = {}) {
    serve([this](Exchange exchange) noexcept {
      exchange->begin(stream_head());
      echo(exchange);
    }, std::move(options));
  }
  void tell(Kind kind) {
    const std::lock_guard lock(mutex_);
    last_ = kind;
    changed_.notify_all();
  }
  void tell_write_failed() {
    const std::lock_guard lock(mutex_);
    write_failed_ = true;
    changed_.notify_all();
  }
  bool wait_for(Kind kind) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return last_ == kind; });
  }
  bool wait_for_failed_write() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return write_failed_; });
  }

  Loop loop_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Kind> last_;
  bool write_failed_ = false;
  std::atomic<std::size_t> bytes_ = 0;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpExchangeTest, answers_while_the_request_is_still_being_sent) {
  serve_echo();
  HttpClient client(port_);
  client.send(chunked_post);
  const std::string head = client.read_answer(false);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << head;
  EXPECT_NE(head.find("Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"), head.npos) << head;
  for (int i = 0; i < 100; ++i) {
    const std::string sent = chunk(fmt::format("line {}\n", i));
    client.send(sent);
    ASSERT_EQ(client.read_until("\n\r\n"), sent);
  }
  client.send("0\r\nX-Trailer: a\r\n\r\n" + std::string(get));
  EXPECT_EQ(client.read_until("0\r\n\r\n"), chunk("end 1\n") + "0\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), "200") << "the request behind it";
}

TEST_F(HttpExchangeTest, takes_a_body_larger_than_any_limit_in_pieces) {
  serve_echo({.body_bytes_max = 10});
  const std::string part(1 << 20, 'x');
  std::jthread sender;
  HttpClient client(port_);
  client.send(fmt::format("POST /stream HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n", 20 << 20));
  sender = std::jthread([&] {
    for (int i = 0; i < 20; ++i) client.send(part);
  });
  client.read_until("end 1\n\r\n0\r\n\r\n");
  EXPECT_EQ(bytes_, 20u << 20);
  sender.join();
  client.send(get);
  EXPECT_EQ(status_of(client.read_answer()), "200");
}

TEST_F(HttpExchangeTest, meets_an_expectation_when_the_body_is_wanted) {
  serve_echo();
  for (const std::string_view length : {"Content-Length: 2", "Transfer-Encoding: chunked"}) {
    HttpClient client(port_);
    client.send(fmt::format("POST /stream HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n{}\r\n\r\n", length));
    EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer(false)), "200");
    client.send(length.starts_with('C') ? "ok" : "2\r\nok\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_until("0\r\n\r\n"), chunk("ok") + chunk("end 1\n") + "0\r\n\r\n");
  }
}

TEST_F(HttpExchangeTest, can_be_answered_without_its_body_and_the_client_can_read_why) {
  serve([](Exchange exchange) noexcept { exchange->send(text_response(401, "who are you?")); });
  HttpClient client(port_);
  client.send("POST /stream HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const std::string answer = client.read_answer();
  EXPECT_EQ(status_of(answer), "401") << "and no 100 before it";
  EXPECT_NE(answer.find("Connection: close\r\n"), answer.npos);
  EXPECT_TRUE(client.is_closed());
  HttpClient eager(port_);
  eager.send(chunked_post);
  for (int i = 0; i < 100 && eager.send(chunk(std::string(100'000, 'x'))); ++i) {
  }
  EXPECT_EQ(body_of(eager.read_answer()), "who are you?\n");
  EXPECT_FALSE(eager.was_reset());
}

TEST_F(HttpExchangeTest, keeps_the_connection_after_an_answer_to_the_whole_body) {
  serve([](Exchange exchange) noexcept {
    exchange->read([exchange](HttpPiece piece) noexcept {
      EXPECT_EQ(piece.bytes, "ok");
      exchange->read([exchange](HttpPiece end) noexcept {
        EXPECT_EQ(end.kind, Kind::end);
        exchange->send(text_response(201, "made"));
      });
    });
  });
  HttpClient client(port_);
  const std::string request = std::string(chunked_post) + "2\r\nok\r\n0\r\n\r\n";
  client.send(request + request);
  for (int i = 0; i < 2; ++i) {
    const std::string answer = client.read_answer();
    EXPECT_EQ(body_of(answer), "made\n");
    EXPECT_NE(answer.find("Connection: keep-alive\r\n"), answer.npos);
  }
}

TEST_F(HttpExchangeTest, tells_of_a_body_that_ends_early_and_the_answer_still_arrives) {
  serve_echo();
  for (const std::string_view body : {"POST /stream HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nabc", "POST /stream HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    HttpClient client(port_);
    client.send(body);
    client.read_until("abc\r\n");
    client.end_sending();
    EXPECT_EQ(client.read_until("0\r\n\r\n"), chunk("end 2\n") + "0\r\n\r\n");
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(HttpExchangeTest, tells_of_a_malformed_chunk_in_the_middle) {
  serve_echo();
  HttpClient client(port_);
  client.send(std::string(chunked_post) + "3\r\nabc\r\nnonsense\r\n" + std::string(get));
  const std::string all = client.read_to_end();
  EXPECT_TRUE(all.ends_with(chunk("abc") + chunk("end 3\n") + "0\r\n\r\n")) << all;
}

TEST_F(HttpExchangeTest, tells_of_a_client_that_sends_nothing_more) {
  serve_echo({.read_timeout = milliseconds(60)});
  HttpClient client(port_);
  client.send(std::string(chunked_post) + "3\r\nabc\r\n");
  EXPECT_TRUE(client.read_to_end().ends_with(chunk("abc") + chunk("end 4\n") + "0\r\n\r\n"));
}

TEST_F(HttpExchangeTest, is_not_kept_by_bytes_that_make_no_piece) {
  serve_echo({.read_timeout = milliseconds(200)});
  HttpClient client(port_);
  client.send(std::string(chunked_post) + "1;extension=");
  std::jthread sender([&](const std::stop_token& stop) {
    while (!stop.stop_requested() && client.send("x")) std::this_thread::sleep_for(milliseconds(20));  // as a slow client does
  });
  EXPECT_TRUE(wait_for(Kind::too_slow)) << "each of so many bytes would give it time again";
}

TEST_F(HttpExchangeTest, takes_longer_than_the_read_timeout_as_long_as_something_comes) {
  serve_echo({.read_timeout = milliseconds(400)});
  HttpClient client(port_);
  client.send(chunked_post);
  client.read_answer(false);
  const auto begin = steady_clock::now();
  while (steady_clock::now() - begin < milliseconds(900)) {
    client.send(chunk("abc"));
    ASSERT_EQ(client.read_until("abc\r\n"), chunk("abc"));
  }
  client.send("0\r\n\r\n");
  EXPECT_EQ(client.read_until("0\r\n\r\n"), chunk("end 1\n") + "0\r\n\r\n");
}

TEST_F(HttpExchangeTest, tells_who_reads_that_the_client_is_gone) {
  serve_echo();
  HttpClient client(port_);
  client.send(std::string(chunked_post) + "3\r\nabc\r\n");
  client.read_until("abc\r\n");
  client.reset();
  EXPECT_TRUE(wait_for(Kind::gone));
}

TEST_F(HttpExchangeTest, tells_who_writes_that_the_client_is_gone_and_says_so_again) {
  std::promise<Exchange> asked;
  serve([&](Exchange exchange) noexcept { asked.set_value(std::move(exchange)); });
  HttpClient client(port_);
  client.send(chunked_post);
  Exchange exchange = asked.get_future().get();
  client.reset();
  std::promise<void> failed;
  std::function<void()> write_on = [&] {
    exchange->write(std::string(1 << 20, 'x'), [&](bool is_open) noexcept { is_open ? write_on() : failed.set_value(); });
  };
  loop_.run([&] {
    exchange->begin(stream_head());
    write_on();
  });
  failed.get_future().get();
  std::promise<Kind> read;
  std::promise<bool> written;
  loop_.run([&] {
    exchange->read([&](HttpPiece piece) noexcept { read.set_value(piece.kind); });
    exchange->write("x", [&](bool is_open) noexcept { written.set_value(is_open); });
  });
  EXPECT_EQ(read.get_future().get(), Kind::gone);
  EXPECT_FALSE(written.get_future().get());
  loop_.run([&] {
    exchange->end();
    exchange = nullptr;
  });
}

TEST_F(HttpExchangeTest, cuts_a_client_that_never_reads) {
  serve_echo({.write_timeout = milliseconds(100)});
  HttpClient client(port_);
  client.send(chunked_post);
  const std::string part = chunk(std::string(1 << 20, 'x'));
  while (client.send(part)) {  // until the server, which waits for us, has closed
  }
  EXPECT_TRUE(wait_for_failed_write());
}

TEST_F(HttpExchangeTest, ends_the_answer_to_http_1_0_with_the_connection) {
  serve_echo();
  HttpClient client(port_);
  client.send("POST /stream HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc");
  const std::string answer = client.read_to_end();
  EXPECT_EQ(body_of(answer), "abcend 1\n");
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), answer.npos) << answer;
  EXPECT_EQ(answer.find("chunked"), answer.npos);
}

TEST_F(HttpExchangeTest, lets_a_stream_find_its_end_when_the_server_closes) {
  serve_echo({.close_within = milliseconds(60'000)});
  HttpClient client(port_);
  client.send(std::string(chunked_post) + "3\r\nabc\r\n");
  client.read_until("abc\r\n");
  const auto begin = steady_clock::now();
  server_.reset();
  EXPECT_LT(steady_clock::now() - begin, milliseconds(30'000));
  EXPECT_EQ(client.read_to_end(), chunk("end 5\n") + "0\r\n\r\n");
}

TEST_F(HttpExchangeTest, may_outlive_its_connection_and_the_server) {
  std::promise<Exchange> asked;
  serve([&](Exchange exchange) noexcept { asked.set_value(std::move(exchange)); }, {.close_within = milliseconds(10)});
  HttpClient client(port_);
  client.send(chunked_post);
  Exchange exchange = asked.get_future().get();
  std::promise<Kind> read;
  loop_.run([&] {
    exchange->begin(stream_head());
    exchange->read([&](HttpPiece piece) noexcept { read.set_value(piece.kind); });
  });
  server_.reset();
  EXPECT_EQ(read.get_future().get(), Kind::closing);
  std::atomic<bool> called = false;
  loop_.run([&] {
    exchange->read([&](HttpPiece) noexcept { called = true; });
    exchange->write("x", [&](bool) noexcept { called = true; });
    exchange->end();
    exchange = nullptr;
  });
  loop_.run([] {});
  EXPECT_FALSE(called);
}

TEST_F(HttpExchangeTest, keeps_request_and_piece_when_the_client_goes_away) {
  std::promise<void> has_piece;
  Exchange held;
  std::string_view piece_bytes;
  std::string_view name;
  HttpOptions options;
  options.takes_stream = [](const HttpRequest&) noexcept { return true; };
  auto server = HttpServer::listen(loop_, {"127.0.0.1", 0}, [&](const HttpRequest& request, HttpReply reply) noexcept {
    name = request.header("x-name");
    held = std::move(reply).exchange();
    held->begin(stream_head());
    held->read([&](HttpPiece piece) noexcept {
      piece_bytes = piece.bytes;
      has_piece.set_value();
    });
  }, std::move(options));
  ASSERT_TRUE(server);
  const std::string body(1000, 'x');
  HttpClient client((*server)->address().port);
  client.send("POST /stream HTTP/1.1\r\nHost: test\r\nX-Name: a name that is longer than any small string\r\nContent-Length: 2000\r\n\r\n" + body);
  has_piece.get_future().get();
  client.reset();
  std::promise<void> failed;
  std::function<void()> write_on = [&] {
    held->write("x", [&](bool is_open) noexcept { is_open ? write_on() : failed.set_value(); });
  };
  loop_.run([&] { write_on(); });
  failed.get_future().get();
  server->reset();
  EXPECT_EQ(piece_bytes, body);
  EXPECT_EQ(name, "a name that is longer than any small string");
  loop_.run([&] { held = nullptr; });
}

TEST_F(HttpExchangeTest, an_exchange_that_is_dropped_is_500_or_an_answer_that_is_cut) {
  std::atomic<bool> begins = false;
  serve([&](Exchange exchange) noexcept {
    if (!begins) return;
    exchange->begin(stream_head());
    exchange->write("abc", [exchange](bool) noexcept {});
  });
  HttpClient none(port_);
  none.send(chunked_post);
  EXPECT_EQ(status_of(none.read_answer()), "500");
  EXPECT_TRUE(none.is_closed());
  begins = true;
  HttpClient cut(port_);
  cut.send(chunked_post);
  const std::string all = cut.read_to_end();
  EXPECT_TRUE(all.ends_with(chunk("abc"))) << all;
}

TEST_F(HttpExchangeTest, writes_nothing_for_an_empty_write_and_the_end_may_follow_a_write_at_once) {
  serve([](Exchange exchange) noexcept {
    exchange->begin(stream_head());
    exchange->write("", [exchange](bool is_open) noexcept {
      EXPECT_TRUE(is_open);
      exchange->write("last", [](bool) noexcept {});
      exchange->end();
    });
  });
  HttpClient client(port_);
  client.send("POST /stream HTTP/1.1\r\nHost: test\r\n\r\n" + std::string(get));
  client.read_answer(false);
  EXPECT_EQ(client.read_until("0\r\n\r\n"), chunk("last") + "0\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), "200");
}

TEST_F(HttpExchangeTest, many_streams_at_once_in_small_pieces) {
  serve_echo({.connections_max = 100});
  std::vector<HttpClient> clients;
  for (int i = 0; i < 50; ++i) clients.emplace_back(port_).send(chunked_post);
  for (HttpClient& client : clients) client.read_answer(false);
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) clients[i].send(chunk(fmt::format("{}/{}\n", i, round)));
    for (int i = 0; i < 50; ++i) ASSERT_EQ(clients[i].read_until("\n\r\n"), chunk(fmt::format("{}/{}\n", i, round)));
  }
}

}  // namespace
}  // namespace millrace::net

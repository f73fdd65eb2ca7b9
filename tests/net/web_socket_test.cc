// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/web_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <mutex>
#include <semaphore>

#include "support/socket_server.h"

namespace millrace::net {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::Opcode;
using testing::Peer;
using testing::SocketServer;

// A socket on a loop of its own, whose events a test waits for.
class Wire {
 public:
  explicit Wire(std::uint16_t port, WebSocketOptions options = {}) {
    loop_.run([&] {
      socket_ = WebSocket::connect(loop_, {.host = "127.0.0.1", .port = port, .tls = {}}, options,
                                   {.opened = [this] { opened_.set_value(); },
                                    .message = [this](std::string_view bytes) { messages_.set_value(std::string(bytes)); },
                                    .closed = [this](Error error) { closed_.set_value(std::move(error)); }});
    });
  }
  ~Wire() { leave(); }

  void leave() {
    loop_.run([this] { socket_.reset(); });
  }
  void wait_until_open() { opened_.get_future().get(); }
  void send(std::string frame) {
    loop_.run([&] { socket_->send(std::move(frame)); });
  }
  std::string message() {
    std::string text = messages_.get_future().get();
    messages_ = {};
    return text;
  }
  Error error() { return closed_.get_future().get(); }
  std::uint64_t frames_begun() {
    std::uint64_t begun = 0;
    loop_.run([&] { begun = socket_->frames_begun(); });
    return begun;
  }

 private:
  Loop loop_;
  std::unique_ptr<WebSocket> socket_;
  std::promise<void> opened_;
  std::promise<std::string> messages_;
  std::promise<Error> closed_;
};

TEST(WebSocket, sends_frames_in_order_and_hears_the_answers) {
  SocketServer server([](Peer& peer) {
    peer.upgrade();
    std::string all;
    for (int i = 0; i < 3; ++i) all += peer.read_frame() + "|";
    peer.write_frame(all);
    peer.wait_for_end();
  });
  Wire wire(server.port());
  for (const char* frame : {"one", "two", "three"}) wire.send(frame);  // before it is open: they wait
  EXPECT_EQ(wire.message(), "one|two|three|");
  EXPECT_EQ(wire.frames_begun(), 3u);
}

TEST(WebSocket, carries_a_frame_of_16_MiB_both_ways_as_one_frame) {
  SocketServer server([](Peer& peer) {
    peer.upgrade();
    peer.write_frame(peer.read_frame());
    peer.wait_for_end();
  });
  std::string huge(16u << 20, '\0');
  for (std::size_t i = 0; i < huge.size(); ++i) huge[i] = static_cast<char>(i * 31 >> 3);
  Wire wire(server.port());
  wire.send(huge);
  EXPECT_TRUE(wire.message() == huge);
}

TEST(WebSocket, answers_a_ping) {
  SocketServer server([](Peer& peer) {
    peer.upgrade();
    peer.write_frame("are you there", Opcode::ping);
    Opcode opcode{};
    const std::string answer = peer.read_frame(&opcode);
    peer.write_frame(opcode == Opcode::pong ? "pong: " + answer : "something else");
    peer.wait_for_end();
  });
  Wire wire(server.port());
  EXPECT_EQ(wire.message(), "pong: are you there");
}

TEST(WebSocket, pings_a_silent_peer_and_leaves_when_it_stays_silent) {
  std::promise<Opcode> heard;
  SocketServer server([&](Peer& peer) {
    peer.upgrade();
    Opcode opcode{};
    peer.read_frame(&opcode);
    heard.set_value(opcode);
    peer.wait_for_end();
  });
  Wire wire(server.port(), {.idle_timeout = milliseconds(200)});
  const Error error = wire.error();
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_THAT(error.message, HasSubstr("fell silent for 0.2 s"));
  EXPECT_EQ(heard.get_future().get(), Opcode::ping);
}

TEST(WebSocket, says_goodbye_when_it_is_destroyed) {
  std::promise<Opcode> heard;
  SocketServer server([&](Peer& peer) {
    peer.upgrade();
    Opcode opcode{};
    peer.read_frame(&opcode);
    heard.set_value(opcode);
  });
  Wire wire(server.port());
  wire.wait_until_open();
  wire.leave();
  EXPECT_EQ(heard.get_future().get(), Opcode::close);
}

TEST(WebSocket, tells_a_port_where_nobody_listens) {
  const std::uint16_t port = testing::unused_port();
  Wire wire(port);
  const Error error = wire.error();
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_EQ(error.message, "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(WebSocket, gives_up_on_a_peer_that_never_answers_the_upgrade) {
  SocketServer server([](Peer& peer) { peer.wait_for_end(); });
  Wire wire(server.port(), {.connect_timeout = milliseconds(100)});
  const Error error = wire.error();
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_THAT(error.message, HasSubstr("does not answer"));
}

TEST(WebSocket, tells_an_answer_that_is_no_upgrade) {
  const auto code_for = [](std::string_view status) {
    SocketServer server([status](Peer& peer) {
      peer.read_http_head();
      peer.write_raw("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n");
    });
    Wire wire(server.port(), {.target = "/rpc"});
    const Error error = wire.error();
    EXPECT_THAT(error.message, HasSubstr("answered HTTP " + std::string(status.substr(0, 3))));
    EXPECT_THAT(error.message, HasSubstr("/rpc"));
    return error.code;
  };
  EXPECT_EQ(code_for("401 Unauthorized"), Code::unauthorized);
  EXPECT_EQ(code_for("404 Not Found"), Code::invalid_argument);
  EXPECT_EQ(code_for("503 Service Unavailable"), Code::unavailable);
}

TEST(WebSocket, wants_the_sub_protocol_that_it_asked_for) {
  SocketServer server([](Peer& peer) {
    peer.upgrade("json");
    peer.wait_for_end();
  });
  Wire wire(server.port(), {.subprotocol = "cbor"});
  const Error error = wire.error();
  EXPECT_EQ(error.code, Code::invalid_argument);
  EXPECT_THAT(error.message, HasSubstr("does not speak the sub-protocol 'cbor'"));
}

TEST(WebSocket, tells_a_close_with_the_peers_own_words) {
  SocketServer server([](Peer& peer) {
    peer.upgrade();
    peer.write_frame("\x03\xf5The server is unable to handle the request", Opcode::close);  // 1013
    peer.wait_for_end();
  });
  Wire wire(server.port());
  const Error error = wire.error();
  EXPECT_EQ(error.code, Code::overloaded);
  EXPECT_THAT(error.message, HasSubstr("(code 1013: The server is unable to handle the request)"));
}

TEST(WebSocket, tells_a_cut_connection) {
  SocketServer server([](Peer& peer) { peer.upgrade(); });
  Wire wire(server.port());
  const Error error = wire.error();
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_THAT(error.message, HasSubstr("closed the connection"));
}

TEST(WebSocket, refuses_a_message_over_its_limit) {
  SocketServer server([](Peer& peer) {
    peer.upgrade();
    peer.write_frame(std::string(2000, 'x'));
    peer.wait_for_end();
  });
  Wire wire(server.port(), {.message_bytes_max = 1000});
  EXPECT_EQ(wire.error().code, Code::unavailable);
}

TEST(WebSocket, tells_bytes_that_are_no_frame) {
  SocketServer server([](Peer& peer) {
    peer.upgrade();
    peer.write_raw(std::string(64, '\xff'));
    peer.wait_for_end();
  });
  Wire wire(server.port());
  EXPECT_EQ(wire.error().code, Code::unavailable);
}

TEST(WebSocket, may_be_destroyed_by_its_own_event) {
  SocketServer server([](Peer& peer) {
    peer.upgrade();
    peer.write_frame("first");
    peer.write_frame("second");
    peer.wait_for_end();
  });
  Loop loop;
  std::unique_ptr<WebSocket> socket;
  std::counting_semaphore<> heard(0);
  int messages = 0;
  loop.run([&] {
    socket = WebSocket::connect(loop, {.host = "127.0.0.1", .port = server.port(), .tls = {}}, {},
                                {.opened = [] {},
                                 .message =
                                     [&](std::string_view) {
                                       ++messages;
                                       socket.reset();
                                       heard.release();
                                     },
                                 .closed = [](Error) { FAIL() << "no event after the destructor"; }});
  });
  heard.acquire();
  loop.run([] {});
  EXPECT_EQ(messages, 1);
}

TEST(WebSocket, tells_a_name_that_nobody_has) {
  Loop loop;
  std::promise<Error> closed;
  std::unique_ptr<WebSocket> socket;
  loop.run([&] {
    socket = WebSocket::connect(loop, {.host = "no-such-host.invalid", .port = 8000, .tls = {}}, {},
                                {.opened = [] {},
                                 .message = [](std::string_view) {},
                                 .closed = [&](Error error) { closed.set_value(std::move(error)); }});
  });
  const Error error = closed.get_future().get();
  EXPECT_EQ(error.code, Code::unavailable);
  EXPECT_THAT(error.message, HasSubstr("no-such-host.invalid"));
  loop.run([&] { socket.reset(); });
}

TEST(Endpoint, an_ipv6_address_is_shown_in_brackets) {
  EXPECT_EQ(to_string(Endpoint{.host = "::1", .port = 8000, .tls = {}}), "[::1]:8000");
  EXPECT_EQ(to_string(Endpoint{.host = "db.example", .port = 9000, .tls = {}}), "db.example:9000");
}

}  // namespace
}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
//
// A WebSocket client (RFC 6455), plain or over TLS, for binary messages.
//
//   auto socket = net::WebSocket::connect(loop, {.host = "127.0.0.1", .port = 8000}, {.target = "/rpc"}, {
//       .opened = [&] { socket->send(frame); },
//       .message = [&](std::string_view bytes) { … },
//       .closed = [&](Error error) { … }});      // once, and nothing after it
//
// Pings are answered; when the peer is silent for half of `idle_timeout` it is pinged, and after the whole of it the
// socket closes. Frames leave in the order of send(), each as one WebSocket frame.
//
// Threads: everything, the destructor and the events included, happens on the loop's thread. An event may destroy the
// socket; no event comes after that. No event runs inside connect() or send().
// Memory: the frames not yet written, a write buffer of 1 MiB, and the message being read.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/net/loop.h"

namespace millrace::net {

// The peer's certificate and its host name are always verified.
struct TlsOptions {
  std::string ca_file;  // PEM; empty is the system's store
};

struct Endpoint {
  std::string host;  // a name or an address; IPv6 without brackets
  std::uint16_t port = 0;
  std::optional<TlsOptions> tls;
};

// "127.0.0.1:8000", "[::1]:8000"
std::string to_string(const Endpoint& endpoint);

struct WebSocketOptions {
  std::string target = "/";
  std::string subprotocol;                            // asked for, and required in the answer; empty is none
  std::chrono::milliseconds connect_timeout{10'000};  // look-up, TCP, TLS and upgrade together
  std::chrono::milliseconds idle_timeout{30'000};
  std::size_t message_bytes_max = 256u << 20;
};

struct WebSocketEvents {
  std::move_only_function<void()> opened;
  std::move_only_function<void(std::string_view)> message;  // the bytes are the socket's own and end with the call
  // unavailable; overloaded (close code 1013); unauthorized (HTTP 401 or 403 to the upgrade); invalid_argument (a
  // certificate that is not trusted, a CA file that cannot be read, a peer that is no such server).
  std::move_only_function<void(Error)> closed;
};

class WebSocket {
 public:
  static std::unique_ptr<WebSocket> connect(Loop& loop, const Endpoint& endpoint, const WebSocketOptions& options,
                                            WebSocketEvents events);
  // Says goodbye without waiting for the answer; cuts the connection when a frame is still being written.
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // Gives the frame's number, counted from 0. Frames sent before `opened` wait for it; those
  // sent after `closed` are dropped.
  std::uint64_t send(std::string frame);
  // How many frames the peer may have seen, whole or in part: those below this number.
  std::uint64_t frames_begun() const;

 private:
  class Impl;
  explicit WebSocket(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::net

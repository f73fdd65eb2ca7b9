// SPDX-License-Identifier: Apache-2.0
//
// A TCP listener that does what a test says, for faults that no real server shows on demand: replies out of order, garbage,
// silence, a cut in the middle. It speaks just enough of WebSocket (RFC 6455) for that.
//
//   SocketServer server([](Peer& peer) {
//     peer.upgrade();
//     std::string frame = peer.read_frame();
//     peer.write_frame("…");
//   });                                     // then the socket closes; the next connection runs the script again
//
// Threads: the script runs on the server's own. The destructor cuts the connection that is open and joins.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace millrace::testing {

enum class Opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}
  std::string read_http_head();
  // Answers the handshake, and takes the sub-protocol that it names; another when `protocol` is not empty.
  void upgrade(std::string_view protocol = {});
  // The next frame's payload, unmasked; empty at the end of the connection.
  std::string read_frame(Opcode* opcode = nullptr);
  void write_frame(std::string_view payload, Opcode opcode = Opcode::binary);
  void write_raw(std::string_view bytes);
  // Until the client goes away; what it sends is thrown away.
  void wait_for_end();

 private:
  bool read_exactly(char* out, std::size_t size);
  int socket_;
};

class SocketServer {
 public:
  using Script = std::function<void(Peer&)>;
  explicit SocketServer(Script script);
  ~SocketServer();
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve();
  Script script_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<int> connections_ = 0;
  std::atomic<int> open_ = -1;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

// A port on which nobody listens.
std::uint16_t unused_port();

}  // namespace millrace::testing

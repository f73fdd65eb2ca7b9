// SPDX-License-Identifier: Apache-2.0
#include "support/socket_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace millrace::testing {
namespace {

struct Listener {
  int descriptor;
  std::uint16_t port;
};

Listener listen_anywhere() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(descriptor, generic, size) != 0 || ::listen(descriptor, 16) != 0 ||
      ::getsockname(descriptor, generic, &size) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  return {descriptor, ntohs(address.sin_port)};
}

std::string header(const std::string& head, std::string_view name) {
  const std::size_t at = head.find(fmt::format("\r\n{}: ", name));
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

// RFC 6455 section 4.2.2
std::string accept_key(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  unsigned char encoded[64];
  const int length = EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length)};
}

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

}  // namespace

bool Peer::read_exactly(char* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket_, out, size, 0);
    if (got <= 0) return false;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::string Peer::read_http_head() {
  std::string head;
  char letter = 0;
  while (!head.ends_with("\r\n\r\n") && read_exactly(&letter, 1)) head += letter;
  return head;
}

void Peer::upgrade(std::string_view protocol) {
  const std::string head = read_http_head();
  const std::string asked = header(head, "Sec-WebSocket-Protocol");
  write_raw(fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n{}{}\r\n\r\n",
      accept_key(header(head, "Sec-WebSocket-Key")),
      asked.empty() ? "X-None: " : "Sec-WebSocket-Protocol: ", protocol.empty() ? asked : std::string(protocol)));
}

std::string Peer::read_frame(Opcode* opcode) {
  unsigned char start[2];
  if (!read_exactly(reinterpret_cast<char*>(start), 2)) return {};
  if (opcode != nullptr) *opcode = static_cast<Opcode>(start[0] & 0x0f);
  std::uint64_t size = start[1] & 0x7f;
  if (size >= 126) {
    unsigned char length[8];
    const int bytes = size == 126 ? 2 : 8;
    if (!read_exactly(reinterpret_cast<char*>(length), static_cast<std::size_t>(bytes))) return {};
    size = 0;
    for (int i = 0; i < bytes; ++i) size = size << 8 | length[i];
  }
  char mask[4];
  std::string payload(size, '\0');
  if (!read_exactly(mask, 4) || !read_exactly(payload.data(), size)) return {};
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return payload;
}

void Peer::write_frame(std::string_view payload, Opcode opcode) {
  std::string frame(1, static_cast<char>(0x80 | static_cast<int>(opcode)));
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(126) + big_endian(payload.size(), 2);
  } else {
    frame += static_cast<char>(127) + big_endian(payload.size(), 8);
  }
  frame += payload;
  write_raw(frame);
}

void Peer::write_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Peer::wait_for_end() {
  char buffer[4096];
  while (::recv(socket_, buffer, sizeof buffer, 0) > 0) {
  }
}

SocketServer::SocketServer(Script script) : script_(std::move(script)) {
  const Listener listener = listen_anywhere();
  listener_ = listener.descriptor;
  port_ = listener.port;
  thread_ = std::thread([this] { serve(); });
}

SocketServer::~SocketServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  if (const int socket = open_; socket >= 0) ::shutdown(socket, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void SocketServer::serve() {
  while (!ending_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    open_ = socket;
    if (ending_) ::shutdown(socket, SHUT_RDWR);
    ++connections_;
    Peer peer(socket);
    script_(peer);
    open_ = -1;
    ::close(socket);
  }
}

std::uint16_t unused_port() {
  const Listener listener = listen_anywhere();
  ::close(listener.descriptor);
  return listener.port;
}

}  // namespace millrace::testing

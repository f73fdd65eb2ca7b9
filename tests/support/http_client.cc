// SPDX-License-Identifier: Apache-2.0
#include "support/http_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace millrace::testing {

HttpClient::HttpClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0) << "port " << port << ", errno " << errno;
}
HttpClient::~HttpClient() {
  if (socket_ != -1) ::close(socket_);
}
HttpClient::HttpClient(HttpClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)), input_(std::move(other.input_)) {}

bool HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::read_more() {
  std::array<char, 16384> buffer;
  const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (got < 0) {
    was_reset_ = errno == ECONNRESET;
    EXPECT_EQ(errno, ECONNRESET) << "the server is silent";
  }
  if (got <= 0) return false;
  input_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::string HttpClient::read_answer(bool has_body) {
  std::size_t end = 0;
  while ((end = input_.find("\r\n\r\n")) == input_.npos) {
    if (!read_more()) return {};
  }
  end += 4;
  constexpr std::string_view name = "Content-Length: ";
  const std::size_t length_at = input_.find(name);
  std::size_t length = 0;
  if (has_body && length_at < end) std::from_chars(input_.data() + length_at + name.size(), input_.data() + end, length);
  while (input_.size() < end + length) {
    if (!read_more()) return {};
  }
  std::string answer = input_.substr(0, end + length);
  input_.erase(0, end + length);
  return answer;
}

std::string HttpClient::read_to_end() {
  while (read_more()) {
  }
  return std::exchange(input_, {});
}

std::string HttpClient::read_until(std::string_view text) {
  std::size_t at = 0;
  while ((at = input_.find(text)) == input_.npos) {
    if (!read_more()) return std::exchange(input_, {});
  }
  std::string said = input_.substr(0, at + text.size());
  input_.erase(0, said.size());
  return said;
}

void HttpClient::end_sending() { ::shutdown(socket_, SHUT_WR); }

void HttpClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::close(std::exchange(socket_, -1));
}

std::string http_get(std::uint16_t port, std::string_view target, std::string_view headers) {
  HttpClient client(port);
  client.send(fmt::format("GET {} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{}\r\n", target, headers));
  return client.read_to_end();
}

std::string_view body_of(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == answer.npos ? std::string_view() : answer.substr(end + 4);
}

std::string_view status_of(std::string_view answer) { return answer.substr(0, 9) == "HTTP/1.1 " ? answer.substr(9, 3) : std::string_view(); }

}  // namespace millrace::testing

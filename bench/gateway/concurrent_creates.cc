// SPDX-License-Identifier: Apache-2.0
//
// Posts that are created at once, each over a connection of its own, as by so many users of an application:
//   concurrent_creates PORT COUNT ROUNDS
// Opens COUNT connections to 127.0.0.1:PORT, then ROUNDS times sends a create on each and waits for all answers. Prints
// {"seconds": [a round's, …]}; a refusal or a lost connection is an error.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "concurrent_creates: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return socket;
}

std::string request(std::size_t number) {
  std::string content;
  for (int i = 0; i < 5; ++i) content += "the water turns the wheel again today; ";
  const std::string body = R"({"title":"post )" + std::to_string(number) + R"(","content":")" + content + R"(","author":"ada","lang":"en"})";
  return "POST /v1/post HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Sends on every connection, then waits until each has an answer's beginning, and all of it: answers are small, and come as one piece.
void one_round(int epoll, const std::vector<int>& sockets) {
  std::size_t answers = 0;
  std::vector<epoll_event> events(1024);
  char buffer[4096];
  const auto take = [&](int timeout) {
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), timeout);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      const ssize_t size = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer, sizeof buffer, 0);
      if (size <= 0) fail("recv");
      if (std::strncmp(buffer, "HTTP/1.1 201 ", 13) != 0) {
        std::fprintf(stderr, "concurrent_creates: refused: %.*s\n", static_cast<int>(size), buffer);
        std::exit(1);
      }
      ++answers;
    }
  };
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    const std::string text = request(i);
    if (::send(sockets[i], text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) fail("send");
    if (i % 64 == 63) take(0);
  }
  while (answers < sockets.size()) take(-1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: concurrent_creates PORT COUNT ROUNDS\n"), 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const int epoll = ::epoll_create1(0);
  std::vector<int> sockets;
  for (long i = 0; i < std::atol(argv[2]); ++i) {
    sockets.push_back(connect_to(port));
    epoll_event event{.events = EPOLLIN, .data = {.fd = sockets.back()}};
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, sockets.back(), &event) != 0) fail("epoll_ctl");
  }
  std::printf("{\"seconds\": [");
  for (long round = 0; round < std::atol(argv[3]); ++round) {
    const auto begin = std::chrono::steady_clock::now();
    one_round(epoll, sockets);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("%s%.7f", round == 0 ? "" : ", ", seconds.count());
  }
  std::printf("]}\n");
  return 0;
}

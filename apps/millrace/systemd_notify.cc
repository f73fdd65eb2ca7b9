// SPDX-License-Identifier: Apache-2.0
#include "systemd_notify.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <tuple>

namespace millrace::app {
namespace {

// The variable's value, which is gone then.
std::string take_from_environment(const char* name) {
  const char* const value = std::getenv(name);
  std::string taken = value == nullptr ? "" : value;
  ::unsetenv(name);
  return taken;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

// A path, or '@' and a name that is in no folder.
int connect_to(std::string_view address) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (address.size() < 2 || address.size() >= sizeof name.sun_path || (address[0] != '/' && address[0] != '@')) return -1;
  std::memcpy(name.sun_path, address.data(), address.size());
  if (address[0] == '@') name.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&name), size) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

SystemdNotify::SystemdNotify() {
  const std::string address = take_from_environment("NOTIFY_SOCKET");
  const std::uint64_t microseconds = number(take_from_environment("WATCHDOG_USEC"));
  const std::string watched = take_from_environment("WATCHDOG_PID");
  socket_ = connect_to(address);
  const bool is_us = watched.empty() || number(watched) == static_cast<std::uint64_t>(::getpid());
  if (socket_ >= 0 && microseconds != 0 && is_us) watchdog_ = std::chrono::microseconds(microseconds);
}

SystemdNotify::~SystemdNotify() {
  if (socket_ >= 0) ::close(socket_);
}

void SystemdNotify::send(std::string_view state) const {
  if (socket_ >= 0) std::ignore = ::send(socket_, state.data(), state.size(), MSG_NOSIGNAL);
}

void SystemdNotify::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // which Type=notify-reload of systemd 253 asks for
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1'000));
}

void SystemdNotify::status(std::string_view text) const { send(fmt::format("STATUS={}", text)); }

}  // namespace millrace::app

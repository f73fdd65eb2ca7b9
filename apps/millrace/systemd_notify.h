// SPDX-License-Identifier: Apache-2.0
//
// What systemd is told of a service (sd_notify(3)): that it is ready, reloads, stops, and is alive. Without NOTIFY_SOCKET in the environment
// nothing is sent. Our own and not libsystemd: docs/decisions/0017-words-with-systemd.md.
//
//   SystemdNotify systemd;                       // takes the variables out of the environment: children have none of it
//   systemd.ready();
//   if (const auto interval = systemd.watchdog()) every half of it: systemd.alive();
//
// Threads: any, once it is made. Never waits.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::app {

class SystemdNotify {
 public:
  SystemdNotify();
  ~SystemdNotify();
  SystemdNotify(const SystemdNotify&) = delete;
  SystemdNotify& operator=(const SystemdNotify&) = delete;

  void ready() const { send("READY=1"); }
  // ready() ends it.
  void reloading() const;
  void stopping() const { send("STOPPING=1"); }
  void alive() const { send("WATCHDOG=1"); }
  // A line for `systemctl status`.
  void status(std::string_view text) const;
  // How long systemd waits for alive(); nothing when it does not watch this process.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void send(std::string_view state) const;

  int socket_ = -1;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace millrace::app

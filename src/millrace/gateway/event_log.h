// SPDX-License-Identifier: Apache-2.0
//
// What happens to the server, as a JSON object a line on standard error: it starts and stops, its store goes and comes back, a
// reload is done or refused, a request fails by no fault of its client's, with the store's own words, which the client does not get.
//
//   {"time":"2026-11-25T22:00:00.000Z","level":"error","event":"request_failed","request_id":"k3m9x2q1","status":503,"code":"io",
//    "message":"the disk is full: …"}
//
//   EventLog log;
//   log.hide(password);                                       // before anything is said
//   log.say(Level::info, "started", {{"listen", "127.0.0.1:8080"}, {"store", url}});
//   log.request_failed(context.id(), 503, error);
//
// No secret is written: those it was told of, passwords in URLs, bearer tokens: *** stands in their place.
// Of requests that fail, as all do while a store is away, ten a second are written; `left_out` counts the others.
// Threads: any. Never waits for who reads standard error.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/base/result.h"

namespace millrace::gateway {

class LineLog;

enum class Level : std::uint8_t { info, warning, error };

class EventLog {
 public:
  static constexpr unsigned failures_a_second = 10;

  explicit EventLog(const Clock& clock = Clock::system());
  explicit EventLog(std::unique_ptr<LineLog> lines, const Clock& clock = Clock::system());
  ~EventLog();

  // Before the first say(), from one thread. An empty one hides nothing.
  void hide(std::string secret);
  using Member = std::pair<std::string_view, std::string_view>;
  void say(Level level, std::string_view event, std::initializer_list<Member> members = {}) noexcept;
  void request_failed(std::string_view request_id, int status, const Error& error) noexcept;
  // Without what must not be seen.
  std::string without_secrets(std::string_view text) const;

 private:
  bool may_say_failure(Timestamp now, std::uint64_t& left_out);

  std::unique_ptr<LineLog> lines_;
  const Clock& clock_;
  std::vector<std::string> secrets_;
  std::mutex mutex_;  // guards all below
  Timestamp second_{};
  unsigned said_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace millrace::gateway

// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/event_log.h"

#include <algorithm>
#include <utility>

#include "millrace/gateway/json_line.h"
#include "millrace/gateway/line_log.h"

namespace millrace::gateway {
namespace {

constexpr std::string_view hidden = "***";

std::string_view name_of(Level level) {
  switch (level) {
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  std::unreachable();
}

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + hidden.size())) text.replace(at, what.size(), hidden);
}

// What stands between the ':' behind a user and the last '@' before a host.
void hide_passwords(std::string& text) {
  for (std::size_t at = text.find("://"); at != text.npos; at = text.find("://", at)) {
    at += 3;
    const std::size_t end = std::min(text.find_first_of(" \t\n\"'", at), text.size());
    const std::size_t host = text.substr(0, end).rfind('@');
    const std::size_t colon = text.find(':', at);
    if (host == text.npos || host < at || colon >= host) continue;
    text.replace(colon + 1, host - colon - 1, hidden);
  }
}

void hide_bearers(std::string& text) {
  constexpr std::string_view scheme = "bearer ";
  const auto is_same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  for (auto from = text.begin();;) {
    const auto found = std::search(from, text.end(), scheme.begin(), scheme.end(), is_same);
    if (found == text.end()) return;
    const std::size_t begin = static_cast<std::size_t>(found - text.begin()) + scheme.size();
    const std::size_t end = std::min(text.find_first_of(" \t\n\"',;", begin), text.size());
    text.replace(begin, end - begin, hidden);
    from = text.begin() + static_cast<std::ptrdiff_t>(begin);
  }
}

}  // namespace

EventLog::EventLog(const Clock& clock) : EventLog(LineLog::standard_error(), clock) {}
EventLog::EventLog(std::unique_ptr<LineLog> lines, const Clock& clock) : lines_(std::move(lines)), clock_(clock) {}
EventLog::~EventLog() = default;

void EventLog::hide(std::string secret) {
  if (!secret.empty()) secrets_.push_back(std::move(secret));
}

std::string EventLog::without_secrets(std::string_view text) const {
  std::string shown(text);
  for (const std::string& secret : secrets_) replace_all(shown, secret);
  hide_passwords(shown);
  hide_bearers(shown);
  return shown;
}

void EventLog::say(Level level, std::string_view event, std::initializer_list<Member> members) noexcept {
  JsonLine line(clock_.now());
  line.add("level", name_of(level));
  line.add("event", event);
  for (const auto& [key, value] : members) line.add(key, without_secrets(value));
  lines_->write(line.end());
}

bool EventLog::may_say_failure(Timestamp now, std::uint64_t& left_out) {
  const std::lock_guard lock(mutex_);
  if (now - second_ >= std::chrono::seconds(1) || now < second_) {
    second_ = now;
    said_ = 0;
  }
  if (said_ == failures_a_second) {
    ++left_out_;
    return false;
  }
  ++said_;
  left_out = std::exchange(left_out_, 0);
  return true;
}

void EventLog::request_failed(std::string_view request_id, int status, const Error& error) noexcept {
  const Timestamp now = clock_.now();
  std::uint64_t left_out = 0;
  if (!may_say_failure(now, left_out)) return;
  JsonLine line(now);
  line.add("level", name_of(Level::error));
  line.add("event", "request_failed");
  line.add("request_id", request_id);
  line.add("status", static_cast<std::uint64_t>(status));
  line.add("code", to_string(error.code));
  line.add("message", without_secrets(describe(error)));
  if (left_out != 0) line.add("left_out", left_out);
  lines_->write(line.end());
}

}  // namespace millrace::gateway

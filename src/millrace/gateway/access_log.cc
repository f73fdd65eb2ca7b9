// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/access_log.h"

#include <utility>

#include "millrace/gateway/json_line.h"
#include "millrace/gateway/line_log.h"

namespace millrace::gateway {
namespace {

constexpr telemetry::CounterInfo dropped_info{"millrace_access_log_dropped_total", "Lines of the access log that were lost: its queue was full, or writing failed."};

}  // namespace

AccessLog::AccessLog(std::unique_ptr<LineLog> lines, const Clock& clock) : lines_(std::move(lines)), clock_(clock) {}
AccessLog::~AccessLog() = default;

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path, telemetry::Registry& registry, const Clock& clock) {
  Result<std::unique_ptr<LineLog>> lines = LineLog::open(path);
  if (!lines) return std::unexpected(std::move(lines).error());
  std::unique_ptr<AccessLog> log(new AccessLog(*std::move(lines), clock));
  const telemetry::Total dropped = registry.total(dropped_info);
  log->hook_ = registry.before_scrape([dropped, lines = log->lines_.get()] { dropped.set(static_cast<double>(lines->dropped())); });
  return log;
}

void AccessLog::write(const AccessEntry& entry) noexcept {
  JsonLine line(clock_.now());
  line.add("request_id", entry.request_id);
  line.add("method", entry.method);
  line.add("route", entry.route);
  line.add("path", entry.path.substr(0, entry.path.find('?')));
  line.add("status", static_cast<std::uint64_t>(entry.status));
  line.add("bytes_in", entry.bytes_in);
  line.add("bytes_out", entry.bytes_out);
  line.add_seconds("seconds", entry.duration);
  if (!entry.client.empty()) line.add("client", entry.client);
  if (!entry.token.empty()) line.add("token", entry.token);
  if (!entry.trace_id.empty()) line.add("trace_id", entry.trace_id);
  if (entry.records != 0) line.add("records", entry.records);
  lines_->write(line.end());
}

void AccessLog::reopen() noexcept { lines_->reopen(); }
std::uint64_t AccessLog::dropped() const noexcept { return lines_->dropped(); }

}  // namespace millrace::gateway

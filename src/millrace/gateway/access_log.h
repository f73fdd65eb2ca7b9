// SPDX-License-Identifier: Apache-2.0
//
// A line for each request that was answered, as a JSON object:
//
//   {"time":"2026-11-25T22:00:00.000Z","request_id":"k3m9x2q1","method":"POST","route":"/v1/{table}","path":"/v1/post","status":201,
//    "bytes_in":57,"bytes_out":80,"seconds":0.000412,"client":"127.0.0.1","token":"writer","trace_id":"4bf9…","records":1}
//
//   Result<std::unique_ptr<AccessLog>> log = AccessLog::open("access.log", Registry::global());   // "-" is standard output
//   log->write({.request_id = context.id(), .method = request.method, .path = request.path(), .status = 201, …});
//
// `path` has neither query nor authority, and no header is in a line but the request's id: no token, no password. Members without a
// value are left out (client, token, trace_id, records).
// Never waits for the disk: a queue that is full loses its oldest line, which millrace_access_log_dropped_total counts.
// Threads: any. Cost: measured in bench/gateway/parts_bench.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/clock.h"
#include "millrace/base/result.h"
#include "millrace/telemetry/registry.h"

namespace millrace::gateway {

class LineLog;

struct AccessEntry {
  std::string_view request_id;
  std::string_view method;
  std::string_view route;  // "/v1/{table}"
  std::string_view path;   // as the client wrote it; what stands behind '?' is cut off
  int status = 0;
  std::uint64_t bytes_in = 0;   // of the body
  std::uint64_t bytes_out = 0;  // of the body
  std::chrono::nanoseconds duration{};
  std::string_view client;  // address
  std::string_view token;   // its name
  std::string_view trace_id;
  std::uint64_t records = 0;  // written, read or deleted
};

class AccessLog {
 public:
  // io when the file cannot be written to. The registry outlives the log.
  static Result<std::unique_ptr<AccessLog>> open(const std::string& path, telemetry::Registry& registry, const Clock& clock = Clock::system());
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void write(const AccessEntry& entry) noexcept;
  // For whoever has moved the file away.
  void reopen() noexcept;
  std::uint64_t dropped() const noexcept;

 private:
  AccessLog(std::unique_ptr<LineLog> lines, const Clock& clock);
  std::unique_ptr<LineLog> lines_;
  const Clock& clock_;
  telemetry::ScrapeHook hook_;  // last: it reads the lines
};

}  // namespace millrace::gateway

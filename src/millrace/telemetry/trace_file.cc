// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/trace_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

#include "millrace/base/file.h"
#include "millrace/telemetry/profile_threads.h"

namespace millrace::telemetry {
namespace {

constexpr std::size_t buffer_bytes = 1u << 16;

// From ticks of the rings to nanoseconds since the start.
class TickClock {
 public:
  TickClock(const ClockPoint& start, const ClockPoint& now) : start_(start) {
    const auto ticks = static_cast<double>(now.ticks - start.ticks);
    if (ticks > 0) nanoseconds_per_tick_ = static_cast<double>(now.nanoseconds - start.nanoseconds) / ticks;
  }
  std::int64_t nanoseconds(std::uint64_t ticks) const {
    const auto since_start = static_cast<std::int64_t>(ticks - start_.ticks);  // another core may be a little behind
    return std::llround(static_cast<double>(since_start) * nanoseconds_per_tick_);
  }
  std::int64_t since_start(std::uint64_t steady_nanoseconds) const {
    return static_cast<std::int64_t>(steady_nanoseconds) - start_.nanoseconds;
  }

 private:
  const ClockPoint start_;
  double nanoseconds_per_tick_ = 1;
};

// Both ends are rounded by themselves, so that what nests in ticks nests in nanoseconds.
struct Event {
  ScopeRecord record;
  std::int64_t begin;  // nanoseconds since the start
  std::int64_t end;
};

Event event_of(const ScopeRecord& record, const TickClock& clock) {
  if (record.kind == ScopeKind::span) {
    return {record, clock.since_start(record.begin), clock.since_start(record.begin + record.duration)};
  }
  const std::int64_t begin = clock.nanoseconds(record.begin);
  return {record, begin, std::max(begin, clock.nanoseconds(record.begin + record.duration))};  // a core may be behind another
}

// Printable ASCII, as names are made of; what a caller of pthread_setname_np gave may hold more.
std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c < ' ' || c > '~' ? '?' : c;
  }
  return out + '"';
}

std::string microseconds(std::int64_t nanoseconds) {
  const std::int64_t size = std::abs(nanoseconds);
  return fmt::format("{}{}.{:03}", nanoseconds < 0 ? "-" : "", size / 1000, size % 1000);
}

class TraceWriter {
 public:
  explicit TraceWriter(File& file) : file_(file), process_(::getpid()) { buffer_.reserve(buffer_bytes + 1024); }

  Result<void> write(const TraceInfo& info) {
    ProfileThreads& threads = ProfileThreads::global();
    const TickClock clock(threads.start(), ClockPoint::now(threads.uses_tsc()));
    put("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
    event(fmt::format(R"({{"ph":"M","name":"process_name","pid":{},"tid":{},"args":{{"name":"millrace"}}}})", process_, process_));
    std::uint64_t dropped = 0;
    dropped += threads.for_each([&](const ProfileThreads::Thread& thread) { dropped += write_thread(thread, clock); });
    put(fmt::format("\n],\"otherData\":{{\"dropped_scopes\":{},\"version\":{},\"trace_id\":{},\"clock\":\"{}\"}}}}\n", dropped,
                    json_string(info.version), json_string(to_hex(info.trace.trace_id)), threads.uses_tsc() ? "tsc" : "steady_clock"));
    flush();
    return std::move(done_);
  }

 private:
  // Gives the number of scopes that are gone.
  std::uint64_t write_thread(const ProfileThreads::Thread& thread, const TickClock& clock) {
    event(fmt::format(R"({{"ph":"M","name":"thread_name","pid":{},"tid":{},"args":{{"name":{}}}}})", process_, thread.id,
                      json_string(thread.name)));
    events_.clear();
    const std::uint64_t dropped = thread.ring.read([&](const ScopeRecord& record) { events_.push_back(event_of(record, clock)); });
    // The outer before the inner, as a reader builds them up.
    std::ranges::stable_sort(events_, {}, [](const Event& event) { return std::tuple(event.begin, -event.end); });
    for (const Event& one : events_) {
      if (one.record.kind == ScopeKind::span) {
        write_span(one, thread.id);
      } else {
        write_scope(one, thread.id);
      }
    }
    return dropped;
  }

  void write_scope(const Event& one, long thread) {
    event(fmt::format(R"({{"ph":"X","name":{},"pid":{},"tid":{},"ts":{},"dur":{}{}}})", json_string(one.record.name), process_, thread,
                      microseconds(one.begin), microseconds(one.end - one.begin), args(one.record)));
  }

  void write_span(const Event& one, long thread) {
    const std::string name = json_string(one.record.name);
    ++spans_;
    event(fmt::format(R"({{"ph":"b","cat":"span","id":{},"name":{},"pid":{},"tid":{},"ts":{}{}}})", spans_, name, process_, thread,
                      microseconds(one.begin), args(one.record)));
    event(fmt::format(R"({{"ph":"e","cat":"span","id":{},"name":{},"pid":{},"tid":{},"ts":{}}})", spans_, name, process_, thread,
                      microseconds(one.end)));
  }

  static std::string args(const ScopeRecord& record) {
    return record.number_name == nullptr ? "" : fmt::format(R"(,"args":{{{}:{}}})", json_string(record.number_name), record.number);
  }

  void event(std::string_view json) {
    put(std::exchange(any_, true) ? ",\n" : "\n");
    put(json);
  }
  void put(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= buffer_bytes) flush();
  }
  void flush() {
    if (done_) done_ = file_.write_all(buffer_);
    buffer_.clear();
  }

  File& file_;
  const long process_;
  std::string buffer_;
  std::vector<Event> events_;  // of one thread
  std::uint64_t spans_ = 0;
  bool any_ = false;
  Result<void> done_;
};

}  // namespace

Result<void> write_trace(const std::string& path, const TraceInfo& info) {
  std::error_code error;
  const auto type = std::filesystem::symlink_status(path, error).type();  // what a link leads to, as /dev/stdout, is written to, not replaced
  const bool is_moved = type == std::filesystem::file_type::regular || type == std::filesystem::file_type::not_found;
  const std::string written = is_moved ? fmt::format("{}.{}.part", path, ::getpid()) : path;
  Result<File> file = File::create(written);
  if (!file) return std::unexpected(std::move(file).error());
  Result<void> done = TraceWriter(*file).write(info);
  if (!is_moved) return done;
  if (done) {
    std::filesystem::rename(written, path, error);
    if (error) done = fail(Code::io, fmt::format("'{}' cannot be moved to '{}': {}", written, path, error.message()));
  }
  if (!done) std::filesystem::remove(written, error);
  return done;
}

Result<std::string> trace_text(const TraceInfo& info) {
  Result<File> file = File::create_temporary();
  if (!file) return std::unexpected(std::move(file).error());
  if (Result<void> done = TraceWriter(*file).write(info); !done) return std::unexpected(std::move(done).error());
  std::string text(file->size().value_or(0), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const Result<std::size_t> size = file->read_at(at, std::span(text).subspan(at));
    if (!size) return std::unexpected(size.error());
    if (*size == 0) return fail(Code::io, "the trace's temporary file ends too soon");
    at += *size;
  }
  return text;
}

}  // namespace millrace::telemetry

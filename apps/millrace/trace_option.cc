// SPDX-License-Identifier: Apache-2.0
#include "trace_option.h"

#include <pthread.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "commands.h"
#include "millrace/base/file.h"
#include "millrace/telemetry/profile.h"
#include "millrace/telemetry/trace_file.h"

namespace millrace::app {
namespace {

// SIGUSR2 is blocked in all threads (StopSignals); this one takes it, so that what it does is no signal handler's work.
class TraceSignal {
 public:
  explicit TraceSignal(std::function<void()> asked) : asked_(std::move(asked)), thread_([this] { wait(); }) {}
  ~TraceSignal() {
    ending_ = true;
    ::pthread_kill(thread_.native_handle(), SIGUSR2);
    thread_.join();
  }

 private:
  void wait() {
    telemetry::name_thread("trace");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    for (int number = 0; ::sigwait(&set, &number) == 0 && !ending_;) asked_();
  }
  const std::function<void()> asked_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

Result<void> check_can_trace(const std::string& path) {
  if (!telemetry::has_profile_scopes()) return fail(Code::invalid_argument, "this build has no profile scopes; use preset profile");
  if (path == "-") return fail(Code::invalid_argument, "--trace wants a file: standard output may carry the report");
  if (Result<void> writable = check_writable(path); !writable) return writable;
  std::error_code error;
  const auto type = std::filesystem::symlink_status(path, error).type();
  const bool is_made = type == std::filesystem::file_type::regular || type == std::filesystem::file_type::not_found;
  return is_made ? check_writable(path + ".part") : Result<void>();  // write_trace() makes a file beside it
}

}  // namespace

void TraceOption::add_to(CLI::App& command) {
  command.add_option("--trace", path, "Write where the time went, for ui.perfetto.dev (builds of preset profile; at the end, and on SIGUSR2)")
      ->type_name("FILE");
}

int TraceOption::run(const std::function<int()>& command) const {
  if (path.empty()) return command();
  if (const Result<void> checked = check_can_trace(path); !checked) {
    report_error(checked.error());
    return exit_nothing_done;
  }
  const telemetry::TraceInfo info{.version = MILLRACE_VERSION, .trace = context};
  const auto write = [&] { return telemetry::write_trace(path, info); };
  int status = 0;
  {
    const TraceSignal signal([&] {
      if (const Result<void> done = write(); !done) report_error(done.error());
    });
    status = command();
  }
  if (status == exit_nothing_done) return status;
  if (const Result<void> done = write(); !done) {
    report_error(done.error());
    return exit_stopped;
  }
  return status;
}

}  // namespace millrace::app

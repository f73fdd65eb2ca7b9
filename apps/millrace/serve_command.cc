// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "commands.h"
#include "configuration.h"
#include "millrace/gateway/access_log.h"
#include "millrace/gateway/event_log.h"
#include "millrace/gateway/gateway.h"
#include "millrace/gateway/tokens.h"
#include "millrace/pipeline/store_patience.h"
#include "reload_signal.h"
#include "serve_arguments.h"
#include "systemd_notify.h"

namespace millrace::app {
namespace {

using gateway::AccessLog;
using gateway::EventLog;
using gateway::Level;
using gateway::Tokens;
using std::chrono::milliseconds;

constexpr milliseconds store_timeout{10'000};  // for one request to it, or --wait when that is shorter
constexpr milliseconds lock_wait_most{1'000};      // then it is tried again, until --wait is over
constexpr rlim_t descriptors_besides = 64;         // of the store, logs and metrics

// Tells systemd that it is alive, from the loop that answers: one that hangs is not.
class Heartbeat {
 public:
  Heartbeat(net::Loop& loop, const SystemdNotify& systemd) : loop_(loop), systemd_(systemd) {
    if (!systemd.watchdog()) return;
    interval_ = std::max(std::chrono::duration_cast<milliseconds>(*systemd.watchdog()) / 2, milliseconds(1));
    loop_.run([this] {
      timer_.emplace(loop_);
      beat();
    });
  }
  ~Heartbeat() {
    loop_.run([this] { timer_.reset(); });
  }

 private:
  void beat() {
    systemd_.alive();
    timer_->start(interval_, [this] { beat(); });
  }

  net::Loop& loop_;
  const SystemdNotify& systemd_;
  milliseconds interval_{};
  std::optional<net::Timer> timer_;
};

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [] { return false; });
}

// As many descriptors as the system lets us have: a shell's 1,024 would be the limit before --connections is. And no more clients
// than they allow, for the store needs some, too.
void raise_descriptor_limit(std::size_t& connections, EventLog& events) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= connections + descriptors_besides) return;
  const std::size_t wanted = std::exchange(connections, limit.rlim_cur > 2 * descriptors_besides ? limit.rlim_cur - descriptors_besides : descriptors_besides);
  events.say(Level::warning, "few_descriptors",
             {{"message", fmt::format("the limit on open files is {}, so there may be {} clients, not the {} of --connections: see ulimit -Hn, or LimitNOFILE=",
                                      limit.rlim_cur, connections, wanted)}});
}

struct Stores {
  std::unique_ptr<store::Store> writes;
  std::unique_ptr<store::Store> second;  // null where one may be used by two threads
  store::Store& reads() const { return second ? *second : *writes; }
};

// Says that the store is waited for.
class Waiting final : public pipeline::Progress {
 public:
  explicit Waiting(EventLog& events) : events_(events) {}
  void update(const pipeline::ProgressState&) override {}
  void finish(const pipeline::ProgressState&) override {}
  void notice(std::string_view words) override { events_.say(Level::warning, "store_waited_for", {{"message", words}}); }

 private:
  EventLog& events_;
};

Result<Stores> open_stores(const StoreArguments& arguments, milliseconds wait, const std::stop_token& stop, EventLog& events) {
  Result<store::StoreOptions> options = arguments.with_secrets({.lock_wait = std::min(wait, lock_wait_most), .timeout = std::clamp<milliseconds>(wait, std::chrono::seconds(1), store_timeout), .stop = stop});
  if (!options) return std::unexpected(std::move(options).error());
  events.hide(options->password);
  events.hide(options->token);
  Waiting waiting(events);
  const auto open = [&] { return pipeline::StorePatience(wait, stop, waiting).until_it_answers([&] { return store::open_store(arguments.url, *options); }); };
  Result<std::unique_ptr<store::Store>> writes = open();
  if (!writes) return std::unexpected(std::move(writes).error());
  Stores stores{.writes = *std::move(writes), .second = nullptr};
  if (stores.writes->capabilities().name == "memory") return stores;
  Result<std::unique_ptr<store::Store>> reads = open();
  if (!reads) return std::unexpected(std::move(reads).error());
  stores.second = *std::move(reads);
  return stores;
}

Result<std::optional<Tokens>> read_tokens(const std::string& path, EventLog& events) {
  if (path.empty()) return std::nullopt;
  Result<Tokens> tokens = Tokens::read(path);
  if (!tokens) return fail(tokens.error().code, "--tokens: " + describe(tokens.error()));
  if (tokens->is_readable_by_others()) events.say(Level::warning, "tokens_readable", {{"file", path}, {"message", "every user of this machine may read the file of tokens"}});
  return std::optional(*std::move(tokens));
}

struct Running {
  gateway::Gateway& gateway;
  net::HttpServer& server;
  AccessLog* access_log;
  EventLog& events;
};

// What SIGHUP asks for. A file that is wrong leaves what was there.
void reload(const ServeArguments& arguments, const Running& running, const SystemdNotify& systemd) {
  systemd.reloading();
  if (running.access_log != nullptr) running.access_log->reopen();
  Result<std::optional<Tokens>> tokens = read_tokens(arguments.tokens, running.events);
  Result<void> done;
  if (!tokens) done = std::unexpected(tokens.error());
  if (done && !arguments.tls_cert.empty()) done = running.server.reload_tls();
  if (done) running.gateway.set_tokens(*std::move(tokens));
  if (done) {
    running.events.say(Level::info, "reloaded");
  } else {
    running.events.say(Level::error, "reload_refused", {{"message", done.error().message}});
  }
  systemd.ready();
}

int serve(const ServeArguments& arguments, ServeOptions& options, const std::stop_token& stop) {
  const SystemdNotify systemd;
  EventLog events;
  raise_descriptor_limit(options.gateway.connections_max, events);
  Result<std::optional<Tokens>> tokens = read_tokens(arguments.tokens, events);
  if (!tokens) return report_error(tokens.error());
  options.gateway.tokens = *std::move(tokens);
  options.gateway.events = &events;
  options.gateway.version = MILLRACE_VERSION;

  std::unique_ptr<AccessLog> access_log;
  if (!arguments.access_log.empty()) {
    Result<std::unique_ptr<AccessLog>> opened = AccessLog::open(arguments.access_log, telemetry::Registry::global());
    if (!opened) return report_error({Code::invalid_argument, "--access-log: " + opened.error().message, {}});
    access_log = *std::move(opened);
    options.gateway.access_log = access_log.get();
  }
  const Result<Stores> stores = open_stores(arguments.store, options.gateway.store_wait, stop, events);
  if (!stores) return report_error(stores.error());

  telemetry::add_process_metrics(telemetry::Registry::global());
  net::Loop loop;
  gateway::Gateway gateway(*stores->writes, stores->reads(), loop, std::move(options.gateway));
  net::HttpOptions http = gateway.http_options();
  http.read_timeout = options.read_timeout;
  http.tls = options.tls;
  Result<std::unique_ptr<net::HttpServer>> server = net::HttpServer::listen(loop, options.address, gateway.handler(), std::move(http));
  if (!server) {
    const bool is_address = server.error().message.starts_with("cannot listen");
    return report_error({Code::invalid_argument, fmt::format("{}: {}", is_address ? "--listen" : "--tls-cert, --tls-key", server.error().message), {}});
  }
  std::optional<ReloadSignal> on_hang_up;
  on_hang_up.emplace([&] { reload(arguments, {gateway, **server, access_log.get(), events}, systemd); });
  const Heartbeat heartbeat(loop, systemd);
  const std::string where = net::to_string((*server)->address());
  events.say(Level::info, "started", {{"listen", where}, {"metrics", arguments.metrics.address()}, {"store", arguments.store.url}});
  systemd.ready();

  wait_for(stop);
  systemd.stopping();
  events.say(Level::info, "stopping");
  gateway.begin_closing();
  on_hang_up.reset();  // there is nothing to be read again by a server that ends
  server->reset();
  events.say(Level::info, "stopped");
  return exit_all_done;
}

int run_serve(CLI::App& command, ServeArguments& arguments, const std::stop_token& stop) {
  block_reload_signal();  // before there is any other thread
  if (const Result<void> completed = complete_flags(command); !completed) return report_error({Code::invalid_argument, completed.error().message, {}});
  Result<ServeOptions> options = read_arguments(arguments);
  if (!options) return report_error(options.error());
  return arguments.trace.run([&] {
    if (const Result<void> listening = arguments.metrics.listen(); !listening) return report_error(listening.error());
    return serve(arguments, *options, stop);
  });
}

}  // namespace

Command add_serve(CLI::App& app) {
  const auto arguments = std::make_shared<ServeArguments>();
  CLI::App& serve = *app.add_subcommand("serve", "Create, read and delete records over HTTP; single creates share their commits");
  arguments->add_to(serve);
  return [arguments, &serve](const std::stop_token& stop) { return run_serve(serve, *arguments, stop); };
}

}  // namespace millrace::app

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "commands.h"
#include "millrace/gateway/gateway.h"
#include "store_arguments.h"

namespace millrace::app {
namespace {

struct ServeArguments {
  StoreArguments store;
  std::string listen = "127.0.0.1:8080";
};

constexpr std::chrono::seconds store_timeout{10};

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [] { return false; });
}

int run_serve(const ServeArguments& arguments, const std::stop_token& stop) {
  const Result<net::ListenAddress> address = net::parse_listen_address(arguments.listen);
  if (!address) return report_error({Code::invalid_argument, "--listen: " + address.error().message, {}});
  Result<std::unique_ptr<store::Store>> writes = arguments.store.open({.timeout = store_timeout, .stop = stop});
  if (!writes) return report_error(writes.error());
  std::unique_ptr<store::Store> reads;  // of its own, so that reading waits for no commit; memory is one store, for any thread
  if (arguments.store.url != "memory:") {
    Result<std::unique_ptr<store::Store>> second = arguments.store.open({.connections = 1, .timeout = store_timeout, .stop = stop});
    if (!second) return report_error(second.error());
    reads = *std::move(second);
  }
  gateway::EventLog events;
  net::Loop loop;
  gateway::Gateway gateway(**writes, reads ? *reads : **writes, loop, {.events = &events});
  Result<std::unique_ptr<net::HttpServer>> server = net::HttpServer::listen(loop, *address, gateway.handler(), gateway.http_options());
  if (!server) return report_error({Code::invalid_argument, "--listen: " + server.error().message, {}});
  fmt::print(stderr, "millrace: serving http://{}/v1/\n", net::to_string((*server)->address()));
  wait_for(stop);
  server->reset();
  return exit_all_done;
}

}  // namespace

Command add_serve(CLI::App& app) {
  const auto arguments = std::make_shared<ServeArguments>();
  CLI::App& serve = *app.add_subcommand("serve", "Create, read and delete records over HTTP; single creates share their commits");
  arguments->store.add_to(serve, "--store", "Where the records are");
  serve.add_option("--listen", arguments->listen, "PORT (on 127.0.0.1), HOST:PORT or [IPV6]:PORT")->capture_default_str()->type_name("ADDR");
  return [arguments](const std::stop_token& stop) { return run_serve(*arguments, stop); };
}

}  // namespace millrace::app

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

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [] { return false; });
}

int run_serve(const ServeArguments& arguments, const std::stop_token& stop) {
  const Result<net::ListenAddress> address = net::parse_listen_address(arguments.listen);
  if (!address) return report_error({Code::invalid_argument, "--listen: " + address.error().message, {}});
  Result<std::unique_ptr<store::Store>> writes = arguments.store.open({.timeout = std::chrono::seconds(10), .stop = stop});
  if (!writes) return report_error(writes.error());
  net::Loop loop;
  gateway::Gateway gateway(**writes, **writes, loop, {});
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

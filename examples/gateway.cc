// SPDX-License-Identifier: Apache-2.0
//
// The gateway inside of another program: its routes beside one of the program's own, on one server. Creates that come over HTTP share
// their commits; the program's own writes go through another store, or wait for the same clients' queue by POSTing too.
//
//   gateway [SECONDS]      serves for so long, by default not at all: it only shows that it can
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "millrace/millrace.h"
#include "millrace/net/http_server.h"

using namespace millrace;

int main(int argc, char** argv) {
  const auto store = store::open_store("memory:", {});  // "sqlite:posts.db": open it twice, one for the reads
  if (!store) return std::fprintf(stderr, "%s\n", describe(store.error()).c_str()), 1;

  net::Loop loop;
  gateway::Gateway gateway(**store, **store, loop, {});
  auto server = net::HttpServer::listen(
      loop, {"127.0.0.1", 0},
      [ours = gateway.handler()](const net::HttpRequest& request, net::HttpReply reply) mutable noexcept {
        if (request.path() == "/hello") return std::move(reply).send(net::text_response(200, "hello"));
        ours(request, std::move(reply));
      },
      gateway.http_options());
  if (!server) return std::fprintf(stderr, "%s\n", describe(server.error()).c_str()), 1;

  std::printf("curl http://127.0.0.1:%d/v1/post --json '{\"title\": \"First\"}'\n", (*server)->address().port);
  std::fflush(stdout);
  if (argc > 1) std::this_thread::sleep_for(std::chrono::seconds(std::atoi(argv[1])));
  server->reset();  // answers what it has accepted, before the gateway goes
  return 0;
}

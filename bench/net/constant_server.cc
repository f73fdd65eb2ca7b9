// SPDX-License-Identifier: Apache-2.0
//
// An HTTP server that answers every request with the same 201: what the server by itself costs, beside anything behind it.
//
//   constant_server [ADDRESS [SECONDS [CERTIFICATE KEY]]] &   // prints where it listens, and at the end its requests and the CPU of each
//   wrk -t1 -c64 -d10s -s bench/peers/create.lua http://127.0.0.1:8080/v1/post
#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "millrace/net/http_server.h"

namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace millrace::net;
  sigset_t ends;
  ::sigemptyset(&ends);
  ::sigaddset(&ends, SIGINT);
  ::sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // for the loop's thread as well
  const auto address = parse_listen_address(argc > 1 ? argv[1] : "8080");
  if (!address) return std::fprintf(stderr, "%s\n", address.error().message.c_str()), 2;
  Loop loop;
  std::uint64_t requests = 0;  // the loop's
  HttpOptions options{.connections_max = 10'000};
  if (argc > 4) options.tls = TlsFiles{argv[3], argv[4]};
  auto server = HttpServer::listen(loop, *address, [&requests](const HttpRequest&, HttpReply reply) noexcept {
    ++requests;
    std::move(reply).send({.status = 201,
                           .headers = {{"Content-Type", "application/json"}, {"Location", "/v1/post/0"}},
                           .body = R"({"id":"post:01997e6e-97a1-7cc3-9d3c-6f1c2a4b8e21"})"});
  }, std::move(options));
  if (!server) return std::fprintf(stderr, "%s\n", server.error().message.c_str()), 1;
  std::printf("listening on %s\n", to_string((*server)->address()).c_str());
  std::fflush(stdout);
  const timespec patience{.tv_sec = argc > 2 ? std::atol(argv[2]) : 3600, .tv_nsec = 0};
  while (::sigtimedwait(&ends, nullptr, &patience) == -1 && errno == EINTR) {  // a tracer that attaches
  }
  server->reset();
  std::printf("%llu requests, %.2f us of CPU for each\n", static_cast<unsigned long long>(requests),
              requests == 0 ? 0.0 : cpu_seconds() * 1e6 / static_cast<double>(requests));
  return 0;
}

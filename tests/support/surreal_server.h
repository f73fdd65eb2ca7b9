// SPDX-License-Identifier: Apache-2.0
//
// A real SurrealDB engine in a process of its own (tools/surreal-dev), for one test or more.
//
//   SurrealServer server({.engine = "mem://"});
//   auto client = Client::open(*parse_address(server.url()), {});
//
// The constructor returns when the server accepts connections. The process ends with this object, and with the test's
// process however that ends: it watches its standard input.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::testing {

struct SurrealServerOptions {
  std::string engine = "mem://";
  std::uint16_t port = 0;  // 0 is any free one
  std::vector<std::string> arguments;
};

class SurrealServer {
 public:
  explicit SurrealServer(SurrealServerOptions options = {});
  ~SurrealServer();
  SurrealServer(const SurrealServer&) = delete;
  SurrealServer& operator=(const SurrealServer&) = delete;

  void kill();   // at once, as kill -9 does
  void start();  // again, on the same port
  std::uint16_t port() const { return port_; }
  // ws://root:root@127.0.0.1:PORT/test/test
  std::string url() const;

 private:
  SurrealServerOptions options_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  int stdin_ = -1;  // of the server: closing it ends the process
};

}  // namespace millrace::testing

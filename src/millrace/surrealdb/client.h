// SPDX-License-Identifier: Apache-2.0
//
// A SurrealDB client: several connections, many calls in flight on each, and reconnection in the background.
//
//   Result<Address> address = parse_address("ws://root:secret@localhost:8000/shop/orders");
//   Result<std::unique_ptr<Client>> client = Client::open(*address, {});
//   auto results = (*client)->query("SELECT * FROM $id", {{"id", RecordLink{"post", {Value(std::int64_t{7})}}}});
//
// A call goes to the ready connection with the fewest calls in flight, and fails with `unavailable` when there is none:
// whoever can wait sends it again. A lost connection comes back by itself, with growing, random pauses, signs in and
// selects its database again; several hosts are tried in turn. No call is ever sent twice.
//
// Threads: any thread may call; completions run on the client's own thread and must not block. The destructor completes
// what is in flight; it does not run inside a completion.
// Memory: the frames in flight, 1 MiB a connection, and the reply being read.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/value.h"
#include "millrace/surrealdb/address.h"
#include "millrace/surrealdb/connection.h"
#include "millrace/surrealdb/reply.h"
#include "millrace/surrealdb/request.h"

namespace millrace::surrealdb {

struct ClientOptions {
  // One socket is served by about one core of the server; more than its cores gain nothing.
  std::size_t connections = 2;
  ConnectionOptions connection;
  // Pauses before reconnecting: doubled after each failure, and each between a half and the whole of its length.
  std::chrono::milliseconds backoff_first{100};
  std::chrono::milliseconds backoff_max{5'000};
  // Beyond it a call is too_large. The server's own limit for a frame is 128 MiB, and it closes the socket.
  std::size_t request_bytes_max = 120u << 20;
  // Ends the waiting of open() with `interrupted`.
  std::stop_token stop;
};

using QueryResult = Result<std::vector<StatementResult>>;
using QueryCompletion = std::move_only_function<void(QueryResult)>;

class Client {
 public:
  // Returns when the first connection is ready; the others follow in the background. unavailable, unauthorized,
  // forbidden, invalid_argument.
  static Result<std::unique_ptr<Client>> open(const Address& address, const ClientOptions& options);
  ~Client();

  // Errors as in connection.h, and too_large. A statement that failed is no error of the call: see StatementResult.
  void call(Request request, CallCompletion done);
  void query(Request request, QueryCompletion done);

  // The same, waiting for the reply, or for the stop, which gives `interrupted`; not from a completion.
  Result<Value> call(Request request, std::stop_token stop = {});
  QueryResult query(Request request, std::stop_token stop = {});
  QueryResult query(std::string_view text, const Object& variables = {}, std::stop_token stop = {});

  // The connections that are ready now.
  std::size_t ready_connections();

 private:
  class Pool;
  Client();
  net::Loop loop_;
  std::unique_ptr<Pool> pool_;  // lives on the loop's thread
};

}  // namespace millrace::surrealdb

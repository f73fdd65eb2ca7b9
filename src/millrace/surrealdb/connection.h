// SPDX-License-Identifier: Apache-2.0
//
// One socket to one server: it connects, signs in, selects namespace and database, and is then ready for any number of
// calls in flight. Replies are matched by id, in any order. It does not reconnect: a Client does, with a new
// Connection.
//
// Every call is completed once: with the reply, or with an error of
//   unavailable      the frame never left: nothing was applied
//   unknown_outcome  the frame left, in whole or in part, and no reply came in time or before the socket was lost
//   what classify() finds, when the server refused the call as a whole.
//
// Threads: everything happens on the loop's thread. Completions do not run inside call().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "millrace/base/result.h"
#include "millrace/net/loop.h"
#include "millrace/net/web_socket.h"
#include "millrace/record/value.h"
#include "millrace/surrealdb/address.h"
#include "millrace/surrealdb/request.h"

namespace millrace::surrealdb {

using CallCompletion = std::move_only_function<void(Result<Value>)>;

struct ConnectionOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds request_timeout{60'000};
  std::chrono::milliseconds idle_timeout{30'000};  // a server that is silent for so long, pings included, is gone
};

struct ConnectionEvents {
  std::move_only_function<void()> ready;
  // Once, after the calls in flight were completed; it may destroy the connection. unavailable, overloaded,
  // unauthorized, forbidden, invalid_argument.
  std::move_only_function<void(Error)> closed;
};

class Connection {
 public:
  // `address` outlives the connection.
  Connection(net::Loop& loop, const Address& address, const net::Endpoint& endpoint, const ConnectionOptions& options,
             ConnectionEvents events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void call(Request request, CallCompletion done);
  bool is_ready() const { return ready_; }
  std::size_t in_flight() const { return calls_.size(); }

 private:
  struct Call {
    CallCompletion done;
    net::Timer timeout;
    std::uint64_t frame = 0;  // its number on the socket
  };

  void sign_in();
  void select_database();
  void receive(std::string_view frame);
  void receive_without_id(Error error);
  void expire(std::uint64_t id);
  void close(Error error);
  void fail_calls(const Error& why);
  Error refused_at(Error error) const;

  net::Loop& loop_;
  const Address& address_;
  const net::Endpoint endpoint_;
  const ConnectionOptions options_;
  ConnectionEvents events_;
  std::unique_ptr<net::WebSocket> socket_;  // none once the connection is closed
  std::unordered_map<std::uint64_t, Call> calls_;
  std::uint64_t last_id_ = 0;
  bool ready_ = false;
};

}  // namespace millrace::surrealdb

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/client.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <random>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/base/bytes.h"
#include "millrace/record/cbor.h"

namespace millrace::surrealdb {

// The connections, each in a slot that opens a new one when it is lost.
class Client::Pool {
 public:
  using Opened = std::move_only_function<void(std::optional<Error>)>;

  Pool(net::Loop& loop, Address address, const ClientOptions& options)
      : loop_(loop), address_(std::move(address)), options_(options), random_(std::random_device{}()) {}

  // The first connection decides: until it is ready no pause is made, each host is tried once. A server of 3.x makes a
  // missing namespace on first use, which several connections at once would fight over.
  void open(Opened opened) {
    opened_ = std::move(opened);
    slots_.push_back(std::make_unique<Slot>(loop_, 0));
    connect(*slots_.front());
  }

  void stop_opening() {
    if (opened_) std::exchange(opened_, nullptr)(Error{Code::interrupted, "connecting was stopped", {}});
  }

  void call(Request request, CallCompletion done) {
    if (request.frame.size() > options_.request_bytes_max) {
      return done(fail(Code::too_large, "a request of " + format_bytes(request.frame.size()) + " is over the limit of " +
                                            format_bytes(options_.request_bytes_max)));
    }
    Connection* best = nullptr;
    for (const auto& slot : slots_) {
      Connection* const connection = slot->connection.get();
      if (connection == nullptr || !connection->is_ready()) continue;
      if (best == nullptr || connection->in_flight() < best->in_flight()) best = connection;
    }
    if (best == nullptr) return done(std::unexpected(last_error_));
    best->call(std::move(request), std::move(done));
  }

  std::size_t ready_connections() const {
    return std::ranges::count_if(slots_, [](const auto& slot) { return slot->connection && slot->connection->is_ready(); });
  }

 private:
  struct Slot {
    Slot(net::Loop& loop, std::size_t first_endpoint) : pause(loop), endpoint(first_endpoint) {}
    net::Timer pause;
    std::size_t endpoint;
    unsigned failures = 0;
    std::unique_ptr<Connection> connection;
  };

  void connect(Slot& slot) {
    const net::Endpoint& endpoint = address_.endpoints[slot.endpoint % address_.endpoints.size()];
    slot.connection = std::make_unique<Connection>(
        loop_, address_, endpoint, options_.connection,
        ConnectionEvents{.ready = [this, &slot] { became_ready(slot); },
                         .closed = [this, &slot](Error error) { lost(slot, std::move(error)); }});
  }

  void became_ready(Slot& slot) {
    slot.failures = 0;
    if (!opened_) return;
    while (slots_.size() < options_.connections) {
      slots_.push_back(std::make_unique<Slot>(loop_, slot.endpoint + slots_.size()));
      connect(*slots_.back());
    }
    std::exchange(opened_, nullptr)(std::nullopt);
  }

  void lost(Slot& slot, Error error) {
    slot.connection.reset();
    last_error_ = std::move(error);
    ++slot.failures;
    ++slot.endpoint;
    if (!opened_) {
      slot.pause.start(next_pause(slot.failures), [this, &slot] { connect(slot); });
    } else if (slot.failures < address_.endpoints.size()) {
      connect(slot);
    } else {
      std::exchange(opened_, nullptr)(last_error_);
    }
  }

  std::chrono::milliseconds next_pause(unsigned failures) {
    const unsigned doublings = std::min(failures - 1, 16u);
    const auto whole = std::min(options_.backoff_max, options_.backoff_first * (1u << doublings));
    return whole / 2 + whole * std::uniform_int_distribution(0, 500)(random_) / 1000;
  }

  net::Loop& loop_;
  const Address address_;
  const ClientOptions options_;
  std::minstd_rand random_;
  Opened opened_;
  Error last_error_{Code::unavailable, "not connected", {}};
  std::vector<std::unique_ptr<Slot>> slots_;
};

Client::Client() = default;

Client::~Client() {
  loop_.run([this] { pool_.reset(); });
}

Result<std::unique_ptr<Client>> Client::open(const Address& address, const ClientOptions& options) {
  MILLRACE_ASSERT(!address.endpoints.empty() && options.connections > 0);
  std::unique_ptr<Client> client(new Client());
  client->pool_ = std::make_unique<Pool>(client->loop_, address, options);
  Client& opening = *client;
  std::promise<std::optional<Error>> promise;
  opening.loop_.post([&] { opening.pool_->open([&](std::optional<Error> error) { promise.set_value(std::move(error)); }); });
  const std::stop_callback on_stop(options.stop, [&opening] { opening.loop_.post([&opening] {
      if (opening.pool_) opening.pool_->stop_opening();
    }); });
  if (std::optional<Error> error = promise.get_future().get()) return std::unexpected(*std::move(error));
  return client;
}

void Client::call(Request request, CallCompletion done) {
  loop_.post([this, request = std::move(request), done = std::move(done)]() mutable {
    if (!pool_) return done(fail(Code::unavailable, "the client was closed"));  // a completion called again
    pool_->call(std::move(request), std::move(done));
  });
}

void Client::query(Request request, QueryCompletion done) {
  call(std::move(request), [done = std::move(done)](Result<Value> reply) mutable {
    if (!reply) return done(std::unexpected(std::move(reply).error()));
    done(read_statements(*std::move(reply)));
  });
}

Result<Value> Client::call(Request request, std::stop_token stop) {
  MILLRACE_ASSERT(!loop_.is_current());
  struct Answer {
    void give(Result<Value> reply) {
      if (!given.test_and_set()) promise.set_value(std::move(reply));
    }
    std::promise<Result<Value>> promise;
    std::atomic_flag given;
  };
  const auto answer = std::make_shared<Answer>();  // a reply may come after the stop
  call(std::move(request), [answer](Result<Value> reply) { answer->give(std::move(reply)); });
  const std::stop_callback on_stop(std::move(stop), [&answer] { answer->give(fail(Code::interrupted, "waiting for a reply was stopped")); });
  return answer->promise.get_future().get();
}

QueryResult Client::query(Request request, std::stop_token stop) {
  Result<Value> reply = call(std::move(request), std::move(stop));
  if (!reply) return std::unexpected(std::move(reply).error());
  return read_statements(*std::move(reply));
}

QueryResult Client::query(std::string_view text, const Object& variables, std::stop_token stop) {
  Request request("query", 2);
  cbor::append_text(request.frame, text);
  cbor::append_value(request.frame, variables);
  return query(std::move(request), std::move(stop));
}

std::size_t Client::ready_connections() {
  std::size_t ready = 0;
  loop_.run([&] { ready = pool_->ready_connections(); });
  return ready;
}

}  // namespace millrace::surrealdb

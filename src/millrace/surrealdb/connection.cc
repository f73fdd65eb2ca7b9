// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/connection.h"

#include <fmt/format.h>

#include <utility>

#include "millrace/record/cbor.h"
#include "millrace/surrealdb/reply.h"
#include "millrace/telemetry/profile.h"

namespace millrace::surrealdb {
namespace {

// Servers spell the names so, and no other way.
Request make_sign_in(const Address& address) {
  if (!address.token.empty()) {
    Request request("authenticate", 1);
    cbor::append_text(request.frame, address.token);
    return request;
  }
  Object credentials;
  if (address.level != AuthLevel::root) credentials.push_back({"NS", address.name_space});
  if (address.level == AuthLevel::database) credentials.push_back({"DB", address.database});
  credentials.push_back({"user", address.user});
  credentials.push_back({"pass", address.password});
  Request request("signin", 1);
  cbor::append_value(request.frame, std::move(credentials));
  return request;
}

Request make_use(const Address& address) {
  Request request("use", 2);
  cbor::append_text(request.frame, address.name_space);
  cbor::append_text(request.frame, address.database);
  return request;
}

}  // namespace

Connection::Connection(net::Loop& loop, const Address& address, const net::Endpoint& endpoint,
                       const ConnectionOptions& options, ConnectionEvents events)
    : loop_(loop), address_(address), endpoint_(endpoint), options_(options), events_(std::move(events)) {
  const net::WebSocketOptions socket_options{.target = "/rpc",
                                             .subprotocol = "cbor",
                                             .connect_timeout = options.connect_timeout,
                                             .idle_timeout = options.idle_timeout};
  socket_ = net::WebSocket::connect(loop_, endpoint_, socket_options,
                                    {.opened = [this] { sign_in(); },
                                     .message = [this](std::string_view frame) { receive(frame); },
                                     .closed = [this](Error error) { close(std::move(error)); }});
}

Connection::~Connection() { fail_calls({Code::unavailable, "the client was closed", {}}); }

void Connection::call(Request request, CallCompletion done) {
  MILLRACE_PROFILE_SCOPE("send request", "bytes", request.frame.size());
  const std::uint64_t id = ++last_id_;
  request.set_id(id);
  Call& call = calls_.emplace(id, Call{std::move(done), net::Timer(loop_)}).first->second;
  call.timeout.start(options_.request_timeout, [this, id] { expire(id); });
  call.frame = socket_->send(std::move(request.frame));
}

// The session is settled step by step before anything else is sent: a server gives no order to calls in flight.
void Connection::sign_in() {
  if (address_.token.empty() && address_.user.empty()) return select_database();
  call(make_sign_in(address_), [this](Result<Value> reply) {
    if (!reply) return close(refused_at(std::move(reply).error()));
    select_database();
  });
}

void Connection::select_database() {
  call(make_use(address_), [this](Result<Value> reply) {
    if (!reply) return close(std::move(reply).error());
    ready_ = true;
    events_.ready();
  });
}

Error Connection::refused_at(Error error) const {
  if (error.code == Code::unavailable || error.code == Code::overloaded || error.code == Code::unknown_outcome)
    return error;
  const std::string who = address_.token.empty() ? fmt::format("user '{}'", address_.user) : "the token";
  return {error.code == Code::forbidden ? Code::forbidden : Code::unauthorized,
          fmt::format("{} was refused at {}: {}", who, to_string(endpoint_), error.message),
          {}};
}

void Connection::receive(std::string_view frame) {
  MILLRACE_PROFILE_SCOPE("receive reply", "bytes", frame.size());
  Result<Reply> reply = read_reply(frame);
  if (!reply) {
    return close(
        {Code::unavailable, fmt::format("{} sent what is no reply: {}", to_string(endpoint_), reply.error().message), {}});
  }
  if (!reply->id) {
    if (!reply->result) receive_without_id(to_error(reply->result.error()));
    return;  // a notification, which nobody asked for
  }
  auto call = calls_.extract(*reply->id);
  if (call.empty()) return;  // it came after its time-out
  if (!reply->result) return call.mapped().done(std::unexpected(to_error(reply->result.error())));
  call.mapped().done(*std::move(reply->result));
}

// The server could not read a request, and cannot say which. It is known when only one is in flight.
void Connection::receive_without_id(Error error) {
  if (calls_.size() != 1)
    return close(
        {Code::unavailable, fmt::format("{} could not read a request: {}", to_string(endpoint_), error.message), {}});
  auto call = calls_.extract(calls_.begin());
  call.mapped().done(std::unexpected(std::move(error)));
}

void Connection::expire(std::uint64_t id) {
  const std::string what = fmt::format("{} did not answer within {} s", to_string(endpoint_),
                                       std::chrono::duration<double>(options_.request_timeout).count());
  // A frame that still waits to be written would take effect later: the socket goes with it.
  if (!ready_ || calls_.at(id).frame >= socket_->frames_begun()) return close({Code::unavailable, what, {}});
  auto call = calls_.extract(id);
  call.mapped().done(fail(Code::unknown_outcome, what));
}

void Connection::close(Error error) {
  if (!socket_) return;  // a call that fails below may ask for it again
  fail_calls(error);
  auto closed = std::move(events_.closed);
  closed(std::move(error));
}

void Connection::fail_calls(const Error& why) {
  if (!socket_) return;
  const std::uint64_t frames_begun = socket_->frames_begun();
  socket_.reset();
  ready_ = false;
  for (auto& [id, call] : std::exchange(calls_, {})) {
    const bool has_left = call.frame < frames_begun;
    call.done(fail(has_left ? Code::unknown_outcome : Code::unavailable, why.message));
  }
}

}  // namespace millrace::surrealdb

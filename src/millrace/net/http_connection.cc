// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_connection.h"

#include <fmt/format.h>

#include <boost/asio/write.hpp>
#include <iterator>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds leave_within{1'000};
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";  // of its own, for a 408 may be written while it is under way

bool has_line_break(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::Impl> server, asio::ip::tcp::socket socket)
    : server_(std::move(server)),
      socket_(std::move(socket)),
      parser_(server_->options().head_bytes_max, server_->options().body_bytes_max) {}

void HttpConnection::start() {
  ErrorCode ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  wait_for(State::waiting, server_->options().read_timeout);
  read();
}

void HttpConnection::wait_for(State state, std::chrono::milliseconds time) {
  state_ = state;
  deadline_ = steady_clock::now() + time;
}

void HttpConnection::look_at_deadline(Instant now) {
  if (now < deadline_) return;
  if (state_ == State::waiting && parser_.is_in_request()) return refuse(408);
  close();
}

// ---- a request

void HttpConnection::read() {
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](ErrorCode error, std::size_t size) {
    if (self->state_ != State::waiting) return;
    if (error) return self->close();
    if (!self->parser_.is_in_request() && self->input_.empty()) self->wait_for(State::waiting, self->server_->options().read_timeout);
    self->input_.append(self->buffer_.data(), size);
    self->take();
  });
}

void HttpConnection::take() {
  std::string_view rest = input_;
  HttpParser::Found found = parser_.put(rest);
  if (found == HttpParser::Found::head) found = parser_.put(rest);
  input_.erase(0, input_.size() - rest.size());
  switch (found) {
    case HttpParser::Found::head:
    case HttpParser::Found::piece:
    case HttpParser::Found::nothing_yet:
      if (parser_.wants_continue() && !std::exchange(continued_, true)) return say_continue();
      return read();
    case HttpParser::Found::fault: return refuse(parser_.fault_status());
    case HttpParser::Found::request: break;
  }
  state_ = State::handling;
  deadline_ = Instant::max();  // how long it takes is the handler's matter
  is_last_ = !parser_.keeps_alive();
  server_->handle(parser_.request(), *this);
}

void HttpConnection::say_continue() {
  asio::async_write(socket_, asio::buffer(go_on), [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (self->state_ != State::waiting) return;
    if (error) return self->close();
    self->read();
  });
}

// ---- an answer

void HttpConnection::answer(HttpResponse response) {
  if (state_ != State::handling) return;
  body_ = std::move(response.body);
  response.body.clear();
  if (server_->is_closing()) is_last_ = true;
  write(response, parser_.request().method != "HEAD");
}

void HttpConnection::refuse(int status) {
  server_->tell_refused(status);
  is_last_ = true;
  is_refused_ = true;
  HttpResponse response = text_response(status, fmt::format("{} {}", status, reason_phrase(status)));
  body_ = std::move(response.body);
  write(response, true);
}

void HttpConnection::write(const HttpResponse& response, bool with_body) {
  head_.clear();
  const auto out = std::back_inserter(head_);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, reason_phrase(response.status), server_->date());
  for (const auto& [name, value] : response.headers) {
    MILLRACE_ASSERT(!has_line_break(name) && !has_line_break(value));
    fmt::format_to(out, "{}: {}\r\n", name, value);
  }
  const bool can_have_body = response.status >= 200 && response.status != 204 && response.status != 304;
  if (can_have_body) fmt::format_to(out, "Content-Length: {}\r\n", body_.size());
  head_ += is_last_ ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
  if (!with_body || !can_have_body) body_.clear();
  server_->waits(*this);
  wait_for(State::writing, server_->options().write_timeout);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head_), asio::buffer(body_)};
  asio::async_write(socket_, buffers, [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (self->state_ != State::writing) return;
    if (error) return self->close();
    self->written();
  });
}

void HttpConnection::written() {
  body_ = {};
  if (is_last_ || server_->is_closing()) {
    ErrorCode ignored;
    if (!is_refused_ && socket_.available(ignored) == 0) return close();
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    server_->waits(*this);
    wait_for(State::leaving, leave_within);
    return drain();
  }
  parser_.restart();
  continued_ = false;
  server_->waits(*this);
  const HttpOptions& options = server_->options();
  wait_for(State::waiting, input_.empty() ? options.idle_timeout : options.read_timeout);
  if (input_.empty()) return read();
  take();  // what was sent behind the request
}

void HttpConnection::drain() {
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (self->state_ != State::leaving) return;
    if (error) return self->close();
    self->drain();
  });
}

void HttpConnection::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  const std::shared_ptr<HttpConnection> self = shared_from_this();  // the server lets go of it
  ErrorCode ignored;
  socket_.close(ignored);
  server_->leave(*this);
}

// ---- HttpReply

HttpReply::HttpReply(std::shared_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}

HttpReply::~HttpReply() {
  if (connection_) std::move(*this).send(text_response(500, "500 Internal Server Error"));
}

void HttpReply::send(HttpResponse response) && {
  const std::shared_ptr<HttpConnection> connection = std::exchange(connection_, nullptr);
  MILLRACE_ASSERT(connection != nullptr);
  connection->answer(std::move(response));
}

}  // namespace millrace::net

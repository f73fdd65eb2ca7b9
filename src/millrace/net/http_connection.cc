// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <cstring>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::net {

namespace asio = boost::asio;
using Found = HttpParser::Found;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds leave_within{1'000};
constexpr std::size_t joined_body_bytes_max = 4 << 10;  // a copy of so much costs less than a second buffer for the kernel

bool has_line_break(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n'; });
}

bool can_have_body(const HttpResponse& response) { return response.status >= 200 && response.status != 204 && response.status != 304; }

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::Impl> server, Socket socket)
    : server_(std::move(server)),
      socket_(std::move(socket)),
      held_(server_->held_bytes()) {}

HttpWork& HttpConnection::work() {
  if (!work_) work_ = server_->lend_work();
  return *work_;
}

void HttpConnection::give_back_work() {
  if (work_) server_->take_back(std::move(work_));
}

std::string HttpConnection::client_address() const {
  ErrorCode error;
  const auto end = socket_.remote_endpoint(error);
  return error ? std::string() : end.address().to_string();
}

void HttpConnection::start() {
  ErrorCode ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  const TlsContext* const tls = server_->tls();
  wait_for(tls ? State::shaking_hands : State::waiting, server_->options().read_timeout);
  if (!tls) return read();
  tls_ = std::make_unique<TlsSession>(*tls, socket_.native_handle());
  shake_hands();
}

void HttpConnection::shake_hands() {
  using enum TlsSession::Outcome;
  switch (tls_->shake_hands()) {
    case wants_read: return await(socket_.wait_read, &HttpConnection::shake_hands);
    case wants_write: return await(socket_.wait_write, &HttpConnection::shake_hands);
    case done: break;
    default: return close();
  }
  wait_for(State::waiting, server_->options().read_timeout);
  read();
}

void HttpConnection::await(Socket::wait_type what, void (HttpConnection::*step)()) {
  socket_.async_wait(what, [self = shared_from_this(), step](ErrorCode error) {
    if (self->state_ == State::closed) return;
    error ? self->close() : (self.get()->*step)();
  });
}

void HttpConnection::wait_for(State state, std::chrono::milliseconds time) {
  state_ = state;
  deadline_ = steady_clock::now() + time;
}

void HttpConnection::look_at_deadline(Instant now) {
  if (now >= write_deadline_) return close();
  if (now < deadline_) return;
  if (state_ == State::streaming) return stream_->stop(HttpPiece::Kind::too_slow);
  if (state_ == State::waiting && is_in_request()) return refuse(408);
  close();
}

void HttpConnection::begin_closing() {
  if (state_ == State::streaming) return stream_->stop(HttpPiece::Kind::closing);
  if (state_ == State::shaking_hands) return close();
  if (state_ != State::waiting || is_in_request()) return;
  ErrorCode ignored;
  if (socket_.available(ignored) != 0) return;  // what has come is answered
  const auto patience = server_->options().idle_when_closing;
  patience == std::chrono::milliseconds(0) ? close() : wait_for(State::waiting, patience);
}

// ---- a request

void HttpConnection::read() {
  if (std::exchange(is_reading_, true)) return;
  if (tls_ && !tls_has_more_) return await(socket_.wait_read, &HttpConnection::read_tls);
  if (tls_) return asio::post(socket_.get_executor(), [self = shared_from_this()] { self->read_tls(); });
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](ErrorCode error, std::size_t size) {
    self->is_reading_ = false;
    self->got(error, self->with_more(size));
  });
}

void HttpConnection::read_tls() {
  if (state_ == State::closed) return;
  const auto [outcome, size] = tls_->read(server_->buffer());
  tls_has_more_ = outcome == TlsSession::Outcome::done;
  if (size == 0 && outcome == TlsSession::Outcome::wants_read) return await(socket_.wait_read, &HttpConnection::read_tls);
  if (size == 0 && outcome == TlsSession::Outcome::wants_write) return await(socket_.wait_write, &HttpConnection::read_tls);
  is_reading_ = false;
  ErrorCode error;
  if (size == 0) error = outcome == TlsSession::Outcome::ended ? ErrorCode(asio::error::eof) : asio::error::connection_reset;
  got(error, {server_->buffer().data(), size});
}

void HttpConnection::got(ErrorCode error, std::string_view bytes) {
  switch (state_) {
    case State::closed:
    case State::shaking_hands:
    case State::handling:  // what a stream did not wait for
    case State::writing: return;
    case State::leaving: return error ? close() : read();
    case State::streaming:
      if (error == asio::error::eof) return stream_->stop(HttpPiece::Kind::gone);
      return error ? close() : stream_->got(bytes);
    case State::waiting: return error ? close() : take(bytes);
  }
}

// What was read, and what the kernel has beyond it when there was no room for more.
std::string_view HttpConnection::with_more(std::size_t size) {
  if (size < buffer_.size()) return {buffer_.data(), size};
  const std::span<char> large = server_->buffer();
  std::memcpy(large.data(), buffer_.data(), size);
  ErrorCode later;  // the next read meets it again
  const std::size_t more = socket_.read_some(asio::buffer(large.data() + size, large.size() - size), later);
  return {large.data(), later ? size : size + more};
}

// Answers what is in `bytes`, as long as the handler does so at once.
void HttpConnection::take(std::string_view bytes) {
  const bool was_in_request = is_in_request();
  std::string& input = work().input;
  const bool is_kept = !input.empty();
  if (is_kept) input.append(bytes);
  std::string_view rest = is_kept ? std::string_view(input) : bytes;
  is_taking_ = true;
  bool has_answered = false;
  while (state_ == State::waiting && take_one(rest)) {
    has_answered = true;
    if (state_ == State::waiting) restart();
  }
  is_taking_ = false;
  if (state_ == State::leaving) give_back_work();
  if (!work_) return;  // it is on its way out
  if (is_kept) {
    input.erase(0, input.size() - rest.size());
  } else {
    input.assign(rest);
  }
  if (state_ != State::waiting) return;
  const HttpOptions& options = server_->options();
  if (is_in_request()) {
    if (has_answered || !was_in_request) wait_for(State::waiting, options.read_timeout);
  } else {
    give_back_work();
    if (has_answered) wait_for(State::waiting, options.idle_timeout);
  }
  read();
}

// False: it takes more bytes.
bool HttpConnection::take_one(std::string_view& bytes) {
  Found found = parser().put(bytes);
  if (found == Found::head) {
    if (server_->takes_stream(parser().request())) {
      begin_stream();
      return true;
    }
    found = parser().put(bytes);
  }
  if (found == Found::nothing_yet) {
    held_.set(parser().body_bytes());
    if (!has_room(0)) return refuse(503), true;
    if (must_say_continue() && !say_continue()) close();
    return false;
  }
  if (found == Found::fault) {
    refuse(parser().fault_status());
    return true;
  }
  state_ = State::handling;
  deadline_ = Instant::max();  // how long it takes is the handler's matter
  is_last_ = !parser().keeps_alive();
  server_->handle(parser().request(), *this);
  return true;
}

bool HttpConnection::must_say_continue() { return parser().wants_continue() && !std::exchange(continued_, true); }

// A client that has no room for so few bytes has asked before and does not read.
bool HttpConnection::say_continue() {
  out_.set(go_on, {}, {});
  return !write_out() && out_.empty();
}

// ---- a stream

void HttpConnection::begin_stream() {
  parser().be_streamed();
  state_ = State::streaming;
  deadline_ = Instant::max();
  is_last_ = !parser().keeps_alive();
  stream_ = std::make_shared<HttpStream>(shared_from_this());
  server_->handle(parser().request(), *this);
}

void HttpConnection::read_more() {
  if (server_->is_closing()) return stream_->stop(HttpPiece::Kind::closing);
  if (deadline_ == Instant::max()) wait_for(State::streaming, server_->options().read_timeout);  // for a piece, not for each byte
  read();
}

void HttpConnection::stream_ended() {
  stream_ = nullptr;
  must_drain_ = !parser().is_whole();
  is_last_ |= must_drain_;  // where a next request begins is not known
  written();
}

// ---- an answer

void HttpConnection::answer(HttpResponse response) {
  if (state_ == State::streaming) return stream_->send(std::move(response));
  if (state_ != State::handling) return;
  work_->head.clear();
  append_head(work_->head, response, Framing::length);
  if (parser().request().method == "HEAD" || !can_have_body(response)) response.body.clear();
  state_ = State::writing;
  if (response.body.size() <= joined_body_bytes_max) {
    out_.set(work_->head += response.body, {}, {});
  } else {
    body_ = std::move(response.body);
    held_.set(held_.own() + body_.size());
    out_.set(work_->head, body_, {});
  }
  flush();
}

void HttpConnection::refuse(int status) {
  HttpResponse response = server_->refuse(status);
  is_last_ = true;
  must_drain_ = true;
  work().head.clear();
  append_head(work_->head, response, Framing::length);
  body_ = std::move(response.body);
  state_ = State::writing;
  deadline_ = Instant::max();
  out_.set(work_->head, body_, {});
  flush();
}

void HttpConnection::turn_away() {
  const HttpResponse response = server_->refuse(503);
  state_ = State::closed;
  if (server_->tls()) return;  // shaking hands takes the room that there is not
  is_last_ = true;
  std::string all;
  append_head(all, response, Framing::length);
  all += response.body;
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  socket_.write_some(asio::buffer(all), ignored);  // which fits any new socket's buffer
}

void HttpConnection::append_head(std::string& out, const HttpResponse& response, Framing framing) {
  if (server_->is_closing() || framing == Framing::to_the_end) is_last_ = true;
  if (stream_ && framing == Framing::length && !parser().is_whole()) is_last_ = true;
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\nDate: ").append(server_->date()).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    MILLRACE_ASSERT(!has_line_break(name) && !has_line_break(value));
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (framing == Framing::chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing == Framing::length && can_have_body(response)) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  out += is_last_ ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
}

void HttpConnection::write(std::string& head, std::string body, std::string_view tail) {
  work_->head.swap(head);
  head.clear();
  body_ = std::move(body);
  out_.set(work_->head, body_, tail);
  flush();
}

void HttpConnection::flush() {
  const ErrorCode error = out_.empty() ? ErrorCode() : write_out();
  if (error && error != asio::error::would_block) return close();
  if (!out_.empty()) {
    if (write_deadline_ == Instant::max()) {
      write_deadline_ = steady_clock::now() + server_->options().write_timeout;
      if (!stream_) server_->waits(*this);
    }
    return await(tls_wants_read_ ? socket_.wait_read : socket_.wait_write, &HttpConnection::flush);
  }
  write_deadline_ = Instant::max();
  stream_ ? stream_->flushed() : written();
}

// As much as the socket takes.
HttpConnection::ErrorCode HttpConnection::write_out() {
  if (tls_) return write_out_tls();
  ErrorCode error;
  out_.drop(out_.is_single() ? socket_.write_some(out_.first(), error) : socket_.write_some(out_.buffers(), error));
  return !error && !out_.empty() ? asio::error::would_block : error;
}

HttpConnection::ErrorCode HttpConnection::write_out_tls() {
  while (!out_.empty()) {
    const auto [outcome, size] = tls_->write(out_.front(server_->record()));
    out_.drop(size);
    if (outcome == TlsSession::Outcome::done) continue;
    tls_wants_read_ = outcome == TlsSession::Outcome::wants_read;
    if (tls_wants_read_ || outcome == TlsSession::Outcome::wants_write) return asio::error::would_block;
    return asio::error::broken_pipe;
  }
  return {};
}

void HttpConnection::written() {
  std::string().swap(body_);  // an assignment would keep the memory
  held_.set(0);
  if (is_last_ || server_->is_closing()) return leave();
  server_->waits(*this);
  state_ = State::waiting;
  if (is_taking_) return;  // the handler may still look at its request
  restart();
  const bool has_more = is_in_request();
  if (!has_more) give_back_work();
  wait_for(State::waiting, has_more ? server_->options().read_timeout : server_->options().idle_timeout);
  if (!has_more) return read();
  asio::post(socket_.get_executor(), [self = shared_from_this()] {  // what was sent behind the request
    if (self->state_ == State::waiting) self->take({});
  });
}

void HttpConnection::restart() {
  parser().restart();
  continued_ = false;
}

void HttpConnection::leave() {
  ErrorCode ignored;
  if (!is_taking_) give_back_work();
  if (!must_drain_ && socket_.available(ignored) == 0) return close();
  if (tls_) tls_->say_goodbye();
  socket_.shutdown(Socket::shutdown_send, ignored);
  server_->waits(*this);
  wait_for(State::leaving, leave_within);
  read();
}

void HttpConnection::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  const std::shared_ptr<HttpConnection> self = shared_from_this();  // the server lets go of it
  if (tls_) tls_->say_goodbye();
  ErrorCode ignored;
  socket_.close(ignored);
  server_->leave(*this);
  if (stream_) stream_->closed(std::move(work_));
}

}  // namespace millrace::net

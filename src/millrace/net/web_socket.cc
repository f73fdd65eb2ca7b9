// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/web_socket.h"

#include <fmt/format.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <utility>

#include "millrace/net/loop_impl.h"
#include "millrace/net/stream.h"

namespace millrace::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using ErrorCode = boost::system::error_code;

// Beast finds these two by their argument. The closing handshake has said all that matters, so TLS gets no goodbye.
template <typename Handler>
void async_teardown(beast::role_type, AnyStream& stream, Handler&& handler) {
  stream.stream().close();
  asio::post(stream.get_executor(), [done = std::forward<Handler>(handler)]() mutable { done(ErrorCode{}); });
}
void beast_close_socket(AnyStream& stream) { stream.stream().close(); }

namespace {

// A kept read buffer that one huge message has grown beyond this is given back.
constexpr std::size_t read_buffer_kept_bytes = 1u << 20;
constexpr std::size_t write_buffer_bytes = 1u << 20;  // Beast masks into it; its default of 4 KiB costs a write per 4 KiB

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", endpoint.host, is_ipv6 ? "]" : "", endpoint.port);
}

// Kept alive by the handlers that are under way; `ended_` says that nobody listens any more.
class WebSocket::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Loop& loop, Endpoint endpoint, const WebSocketOptions& options, WebSocketEvents events)
      : endpoint_(std::move(endpoint)),
        options_(options),
        events_(std::move(events)),
        connect_timer_(loop),
        socket_(AnyStream(loop.impl().context, make_stream(loop.impl().context, endpoint_))) {}

  void start() {
    connect_timer_.start(options_.connect_timeout, [this] { end(Code::unavailable, "does not answer"); });
    socket_.next_layer().stream().connect([self = shared_from_this()](std::optional<Error> error) {
      if (self->ended_) return;
      if (error) return self->end(*std::move(error));
      self->upgrade();
    });
  }

  std::uint64_t send(std::string frame) {
    frames_.push_back(std::move(frame));
    if (open_ && frames_.size() == 1) write_next();
    return frames_done_ + frames_.size() - 1;
  }

  std::uint64_t frames_begun() const { return frames_done_ + (open_ && !frames_.empty() ? 1 : 0); }

  void leave() {
    if (ended_) return;
    ended_ = true;  // the events stay until the last handler is gone: one of them may be running now
    connect_timer_.cancel();
    // Behind a frame that is being written a goodbye would come too late: its caller no longer waits for it.
    if (!open_ || !frames_.empty()) return socket_.next_layer().stream().close();
    socket_.async_close(websocket::close_code::normal, [self = shared_from_this()](ErrorCode) {});
  }

  void end(Error error) {
    if (ended_) return;
    ended_ = true;
    connect_timer_.cancel();
    socket_.next_layer().stream().close();
    auto closed = std::move(events_.closed);
    closed(std::move(error));
  }

 private:
  void upgrade() {
    websocket::stream_base::timeout timeout{options_.connect_timeout, options_.idle_timeout, true};
    socket_.set_option(timeout);
    socket_.set_option(
        websocket::stream_base::decorator([protocol = options_.subprotocol](websocket::request_type& request) {
          request.set(beast::http::field::user_agent, "millrace");
          if (!protocol.empty()) request.set(beast::http::field::sec_websocket_protocol, protocol);
        }));
    socket_.binary(true);
    socket_.auto_fragment(false);
    socket_.write_buffer_bytes(write_buffer_bytes);
    socket_.read_message_max(options_.message_bytes_max);
    socket_.async_handshake(answer_, to_string(endpoint_), options_.target,
                            [self = shared_from_this()](ErrorCode error) { self->upgraded(error); });
  }

  void upgraded(ErrorCode error) {
    if (ended_) return;
    if (error == websocket::error::upgrade_declined) {
      const unsigned status = answer_.result_int();
      const Code code = status == 401 || status == 403 ? Code::unauthorized
                        : status >= 500                ? Code::unavailable
                                                       : Code::invalid_argument;
      return end(code, fmt::format("answered HTTP {} instead of opening a WebSocket at {}", status, options_.target));
    }
    if (error) return end(Code::unavailable, fmt::format("did not open a WebSocket: {}", error.message()));
    if (!options_.subprotocol.empty() && answer_[beast::http::field::sec_websocket_protocol] != options_.subprotocol) {
      return end(Code::invalid_argument, fmt::format("does not speak the sub-protocol '{}'", options_.subprotocol));
    }
    connect_timer_.cancel();
    open_ = true;
    read_next();
    if (!frames_.empty()) write_next();
    events_.opened();
  }

  void read_next() {
    socket_.async_read(buffer_, [self = shared_from_this()](ErrorCode error, std::size_t) {
      if (self->ended_) return;
      if (error) return self->lost(error);
      self->events_.message({static_cast<const char*>(self->buffer_.data().data()), self->buffer_.size()});
      self->buffer_.clear();
      if (self->buffer_.capacity() > read_buffer_kept_bytes) self->buffer_.shrink_to_fit();
      if (!self->ended_) self->read_next();
    });
  }

  void write_next() {
    socket_.async_write(asio::buffer(frames_.front()), [self = shared_from_this()](ErrorCode error, std::size_t) {
      if (self->ended_) return;
      if (error) return self->lost(error);
      self->frames_.pop_front();
      ++self->frames_done_;
      if (!self->frames_.empty()) self->write_next();
    });
  }

  void lost(ErrorCode error) {
    if (error == websocket::error::closed) {
      const websocket::close_reason& reason = socket_.reason();
      const std::string_view words(reason.reason.data(), reason.reason.size());
      const Code code = reason.code == websocket::close_code::try_again_later ? Code::overloaded : Code::unavailable;
      return end(code, fmt::format("closed the connection (code {}{}{})", std::uint16_t{reason.code},
                                   words.empty() ? "" : ": ", words));
    }
    if (error == beast::error::timeout) {
      return end(Code::unavailable,
                 fmt::format("fell silent for {} s", std::chrono::duration<double>(options_.idle_timeout).count()));
    }
    end(Code::unavailable, fmt::format("closed the connection: {}", error.message()));
  }

  // The peer's name comes first: "127.0.0.1:8000 closed the connection".
  void end(Code code, std::string_view what) { end(Error{code, fmt::format("{} {}", to_string(endpoint_), what), {}}); }

  const Endpoint endpoint_;
  const WebSocketOptions options_;
  WebSocketEvents events_;
  Timer connect_timer_;
  websocket::stream<AnyStream, false> socket_;  // without permessage-deflate: SurrealDB's server offers none
  websocket::response_type answer_;
  beast::flat_buffer buffer_;
  std::deque<std::string> frames_;  // the first is being written once the socket is open
  std::uint64_t frames_done_ = 0;
  bool open_ = false;
  bool ended_ = false;
};

WebSocket::WebSocket(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocket::~WebSocket() { impl_->leave(); }

std::unique_ptr<WebSocket> WebSocket::connect(Loop& loop, const Endpoint& endpoint, const WebSocketOptions& options,
                                              WebSocketEvents events) {
  auto impl = std::make_shared<Impl>(loop, endpoint, options, std::move(events));
  impl->start();
  return std::unique_ptr<WebSocket>(new WebSocket(std::move(impl)));
}

std::uint64_t WebSocket::send(std::string frame) { return impl_->send(std::move(frame)); }
std::uint64_t WebSocket::frames_begun() const { return impl_->frames_begun(); }

}  // namespace millrace::net

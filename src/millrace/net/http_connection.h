// SPDX-License-Identifier: Apache-2.0
//
// A connection of an HttpServer. Private to `net`.
//
// It shakes hands where there is TLS, waits for a request, is with the handler or streamed, waits for its client to take the answer, or is on its way out: what a
// client that was refused still sends is thrown away for a while, for closing with unread bytes would take the answer from it
// (RFC 9112, section 9.6).
// Memory: its own 1.5 KiB; what a request needs beside it is borrowed from the server as long as there is one. What does not fit
// in its own KiB at once is read into the server's one buffer, which costs a further system call where there was more.
// Threads: the loop's own.
#pragma once

#include <array>
#include <chrono>
#include <list>
#include <memory>
#include <string>

#include "millrace/net/held_bytes.h"
#include "millrace/net/http_parser.h"
#include "millrace/net/http_server_impl.h"
#include "millrace/net/http_stream.h"
#include "millrace/net/out_buffers.h"
#include "millrace/net/tls.h"

namespace millrace::net {

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  enum class Framing { length, chunked, to_the_end };
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

  HttpConnection(std::shared_ptr<HttpServer::Impl> server, Socket socket);

  void start();
  void answer(HttpResponse response);
  void close();
  bool is_due(Instant now) const { return now >= deadline_ || now >= write_deadline_; }
  // Closes it when its time is over.
  void look_at_deadline(Instant now);
  // Ends it unless it is in the middle of a request or an answer.
  void begin_closing();
  // Head and body in a single try, and closed: there is no room for it.
  void turn_away();

  std::string client_address() const;
  bool has_room(std::size_t bytes) const {
    return held_.own() + bytes <= HeldBytes::always || held_.total() + bytes <= server_->options().held_bytes_max;
  }

  // ---- for its stream
  std::shared_ptr<HttpStream> stream() const { return stream_; }
  HttpServer::Impl& server() const { return *server_; }
  HttpParser& parser() { return work().parser; }
  std::string& input() { return work().input; }
  bool is_flushing() const { return !out_.empty(); }
  bool must_say_continue();
  void read_more();
  void reads_no_more() { deadline_ = Instant::max(); }
  void append_head(std::string& out, const HttpResponse& response, Framing framing);
  // Takes `head` in exchange for an empty one.
  void write(std::string& head, std::string body, std::string_view tail);
  void stream_ended();

  // In which of the server's lists it is, and where. The server's.
  Connections* list = nullptr;
  Connections::iterator place;

 private:
  using ErrorCode = boost::system::error_code;
  enum class State { shaking_hands, waiting, handling, streaming, writing, leaving, closed };

  HttpWork& work();
  void give_back_work();
  bool is_in_request() const { return work_ && (work_->parser.is_in_request() || !work_->input.empty()); }
  void shake_hands();
  void await(Socket::wait_type what, void (HttpConnection::*step)());
  void wait_for(State state, std::chrono::milliseconds time);
  void read();
  void read_tls();
  void got(ErrorCode error, std::string_view bytes);
  std::string_view with_more(std::size_t size);
  void take(std::string_view bytes);
  bool take_one(std::string_view& bytes);
  bool say_continue();
  void begin_stream();
  void refuse(int status);
  void flush();
  ErrorCode write_out();
  ErrorCode write_out_tls();
  void written();
  void restart();
  void leave();

  const std::shared_ptr<HttpServer::Impl> server_;
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  std::shared_ptr<HttpStream> stream_;
  std::unique_ptr<HttpWork> work_;
  State state_ = State::waiting;
  bool is_reading_ = false;
  bool is_taking_ = false;
  bool tls_has_more_ = true;  // maybe, read from the socket already
  bool tls_wants_read_ = false;  // to go on writing
  bool is_last_ = false;     // the answer under way ends the connection
  bool must_drain_ = false;  // the client may still be sending
  bool continued_ = false;
  Instant deadline_ = Instant::max();
  Instant write_deadline_ = Instant::max();
  std::string body_;
  HeldBytes held_;
  OutBuffers out_;
  std::array<char, 1024> buffer_;
};

}  // namespace millrace::net

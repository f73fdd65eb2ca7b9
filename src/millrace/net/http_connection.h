// SPDX-License-Identifier: Apache-2.0
//
// What an HttpServer is made of: the listener, and its connections. Private to `net`.
//
// A connection waits for a request, is with the handler, waits for its client to take the answer, or is on its way out: what a
// client that was refused still sends is thrown away for a while, for closing with unread bytes would take the answer from it
// (RFC 9112, section 9.6).
// Threads: the loop's own.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <ctime>
#include <list>
#include <mutex>
#include <string>

#include "millrace/net/http_parser.h"
#include "millrace/net/http_server.h"

namespace millrace::net {

using Instant = std::chrono::steady_clock::time_point;
using Connections = std::list<std::shared_ptr<HttpConnection>>;

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Loop& loop, HttpHandler handler, HttpOptions options);

  Result<void> listen(const ListenAddress& address);
  const ListenAddress& address() const { return address_; }
  Loop& loop() { return loop_; }
  // From any thread: no handler is called after it.
  void close();

  // ---- for the connections
  const HttpOptions& options() const { return options_; }
  bool is_closing() const { return closing_; }
  void waits(HttpConnection& connection) { move(connection, waiting_); }  // behind the others
  void handle(const HttpRequest& request, HttpConnection& connection);
  void tell_refused(int status);
  void leave(HttpConnection& connection);
  std::string_view date();  // as the Date header has it

 private:
  void move(HttpConnection& connection, Connections& list);
  void accept();
  bool make_room();
  void add(boost::asio::ip::tcp::socket socket);
  void look_at_deadlines();
  void begin_closing();
  void close_all();

  Loop& loop_;
  HttpHandler handler_;
  HttpOptions options_;
  ListenAddress address_;
  boost::asio::ip::tcp::acceptor acceptor_;
  Connections waiting_;  // for their clients to send a request or to take an answer, longest first
  Connections handled_;  // the handler has yet to answer
  Timer deadlines_;
  Timer accept_again_;
  bool closing_ = false;
  bool is_in_handler_ = false;  // or in options_.refused
  std::time_t date_of_ = 0;
  std::string date_;

  std::mutex mutex_;  // guards the one below
  std::condition_variable emptied_;
  bool is_empty_ = true;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket);

  void start();
  void answer(HttpResponse response);
  void close();
  bool is_writing() const { return state_ == State::writing; }
  // Closes it when its time is over.
  void look_at_deadline(Instant now);

  // In which of the server's lists it is, and where. The server's.
  Connections* list = nullptr;
  Connections::iterator place;

 private:
  enum class State { waiting, handling, writing, leaving, closed };

  void wait_for(State state, std::chrono::milliseconds time);
  void read();
  void take();
  void say_continue();
  void refuse(int status);
  void write(const HttpResponse& response, bool with_body);
  void written();
  void drain();

  const std::shared_ptr<HttpServer::Impl> server_;
  boost::asio::ip::tcp::socket socket_;
  HttpParser parser_;
  State state_ = State::waiting;
  Instant deadline_ = Instant::max();
  bool is_last_ = false;  // the answer under way ends the connection
  bool is_refused_ = false;
  bool continued_ = false;
  std::array<char, 4096> buffer_;
  std::string input_;  // read, and not yet parsed
  std::string head_;
  std::string body_;
};

}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
//
// What an HttpServer is made of: the listener and the lists of its connections. Private to `net`.
// Threads: the loop's own, but for close().
#pragma once

#include <condition_variable>
#include <ctime>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "millrace/net/http_parser.h"
#include "millrace/net/http_server.h"
#include "millrace/net/loop_impl.h"
#include "millrace/net/tls.h"

namespace millrace::net {

using Instant = std::chrono::steady_clock::time_point;
using Connections = std::list<std::shared_ptr<HttpConnection>>;

inline constexpr std::size_t body_bytes_free = 64u << 10;  // so much of one has always room

// What a request needs beside its connection, from its first byte until the answer is written.
struct HttpWork {
  HttpWork(const HttpOptions& options, std::size_t& bodies_bytes) : parser(options.head_bytes_max, options.body_bytes_max), body(bodies_bytes) {}

  // Of its server's total.
  class Share {
   public:
    explicit Share(std::size_t& total) : total_(total) {}
    ~Share() { set(0); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    void set(std::size_t bytes) {
      total_ += bytes - bytes_;
      bytes_ = bytes;
    }

   private:
    std::size_t& total_;
    std::size_t bytes_ = 0;
  };

  HttpParser parser;
  Share body;
  std::string input;  // read, and not yet parsed
  std::string head;   // of the answer
};

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
  const TlsContext* tls() const { return tls_.get(); }  // null: none
  void use(std::shared_ptr<const TlsContext> tls);
  bool is_closing() const { return closing_; }
  std::shared_ptr<const bool> closed_mark() const { return is_closed_; }
  void waits(HttpConnection& connection) { move(connection, waiting_); }  // behind the others
  bool takes_stream(const HttpRequest& request);
  void handle(const HttpRequest& request, HttpConnection& connection);
  HttpResponse refuse(int status);
  void leave(HttpConnection& connection);
  std::string_view date();  // as the Date header has it
  std::unique_ptr<HttpWork> lend_work();
  void take_back(std::unique_ptr<HttpWork> work);
  // All bodies have more than they may, and so has this one.
  bool is_body_too_much(std::size_t bytes) const { return bodies_bytes_ > options_.bodies_bytes_max && bytes > body_bytes_free; }
  std::span<char> buffer() { return buffer_; }  // for what is read, until it is parsed
  std::span<char> record() { return record_; }  // for what TLS writes at once

 private:
  void move(HttpConnection& connection, Connections& list);
  void accept();
  bool make_room();
  void add(Socket socket);
  void look_at_deadlines();
  void begin_closing();
  void close_all();
  std::vector<std::shared_ptr<HttpConnection>> all() const;

  Loop& loop_;
  HttpHandler handler_;
  HttpOptions options_;
  std::shared_ptr<const TlsContext> tls_;
  ListenAddress address_;
  Acceptor acceptor_;
  Connections waiting_;  // for their clients to send a request or to take an answer, longest first
  Connections handled_;  // the handler has yet to answer
  Timer deadlines_;
  Timer accept_again_;
  bool closing_ = false;
  bool is_in_handler_ = false;  // or in a function of the options
  const std::shared_ptr<bool> is_closed_ = std::make_shared<bool>(false);
  std::time_t date_of_ = 0;
  std::string date_;
  std::vector<char> buffer_ = std::vector<char>(64 << 10);
  std::vector<char> record_;
  std::size_t bodies_bytes_ = 0;
  std::vector<std::unique_ptr<HttpWork>> spare_;

  std::mutex mutex_;  // guards the one below
  std::condition_variable emptied_;
  bool is_empty_ = true;
};

}  // namespace millrace::net

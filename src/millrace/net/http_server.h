// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/1.1 server on a Loop.
//
//   auto server = net::HttpServer::listen(loop, *net::parse_listen_address("9464"),
//                                         [](const net::HttpRequest& request, net::HttpReply reply) noexcept {
//     if (request.path() != "/") return std::move(reply).send(net::text_response(404, "not found"));
//     std::move(reply).send(net::text_response(200, "hello"));
//   });
//   if (!server) …                           // the address cannot be had: the error says which and why
//   (*server)->address().port
//
// Kept connections, pipelined requests (answered in their order), HEAD, chunked bodies and `Expect: 100-continue` are the
// server's own matter; so are clients that end their sending side behind a request and wait for the answer. It answers itself what
// is no request: 400 malformed, 408 not whole in time, 413 body or 431 head too large, 417 another expectation, 503 no room, as all
// wait for the handler. A connection that was refused is closed. Trailers are not among the headers.
//
// Threads: the handler is called on the loop's thread, and a reply is sent on it, then or later. listen() and the destructor
// may be called from any thread, the destructor not from within a function that the server calls; the loop outlives the server.
// Memory: each connection holds at most its head, its body and its answer, an idle one some 2 KiB, with TLS 13; there are at
// most `connections_max`. One more takes the place of that which has kept us waiting longest, for a request or to take an
// answer, so that the idle and the slow lock nobody out. Who connects again and again, faster than others are answered, still does.
// The destructor accepts nobody any more, closes those who ask nothing, lets requests that have begun be read and be answered,
// with `Connection: close`, and streams find their end; `close_within` at most. What is not done then is cut.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "millrace/base/result.h"
#include "millrace/net/http.h"
#include "millrace/net/http_exchange.h"
#include "millrace/net/listen_address.h"
#include "millrace/net/loop.h"

namespace millrace::net {

class HttpConnection;

// The right to answer one request. One that is dropped answers 500. The request stays valid as long as it is not sent, and while the handler runs.
class HttpReply {
 public:
  explicit HttpReply(std::shared_ptr<HttpConnection> connection);
  ~HttpReply();
  HttpReply(HttpReply&&) noexcept = default;
  HttpReply& operator=(HttpReply&&) = delete;

  // Of the connection's other end, without its port: "127.0.0.1". Asks the system; empty when the client has gone.
  std::string client_address() const;
  // Whether an answer of that size may be held for the client to take: HttpOptions::held_bytes_max.
  bool has_room(std::size_t bytes) const;
  // Nothing happens when the client has gone.
  void send(HttpResponse response) &&;
  // Of a request that takes_stream has taken: body and answer in pieces.
  std::shared_ptr<HttpExchange> exchange() &&;

 private:
  std::shared_ptr<HttpConnection> connection_;
};

using HttpHandler = std::move_only_function<void(const HttpRequest&, HttpReply) noexcept>;

// Both in PEM form: the server's certificate and those that lead from it to an authority, and its key, without a password.
struct TlsFiles {
  std::string certificate_file;
  std::string key_file;
};

struct HttpOptions {
  std::size_t head_bytes_max = 8u << 10;     // request line and headers; 431 beyond
  std::size_t body_bytes_max = 1u << 20;     // 413 beyond
  std::size_t connections_max = 64;
  // Bodies that are read, and answers that wait for their clients, of all connections together; small ones are always let in. A
  // body beyond it is 503; an answer is the handler's to refuse. Streams are not counted: they hold a piece.
  std::size_t held_bytes_max = std::numeric_limits<std::size_t>::max();
  std::chrono::milliseconds read_timeout{10'000};   // for a whole request, from its first byte; of a stream, for some of it
  std::chrono::milliseconds idle_timeout{75'000};   // between requests
  std::chrono::milliseconds write_timeout{30'000};  // for a client to take an answer
  std::chrono::milliseconds close_within{1'000};    // the destructor's patience
  // What idle connections still have when the destructor begins: a client's next request may be on its way, and is answered then.
  std::chrono::milliseconds idle_when_closing{0};
  // With it the server speaks TLS (1.2 and 1.3) and nothing else. A handshake has `read_timeout`.
  std::optional<TlsFiles> tls = std::nullopt;
  // Whether a request's body is to be read by an HttpExchange: given its head, on the loop's thread. Not asked for HEAD. The
  // handler is called at once then, with an empty body; send() answers such a request as well, unread.
  std::move_only_function<bool(const HttpRequest&) noexcept> takes_stream = nullptr;
  // The form of what the server answers in the handler's place; its status is `status`. Without it, a line of text.
  std::move_only_function<HttpResponse(int status) noexcept> refusal = nullptr;
  // Told of each answer that the server gave in the handler's place, on the loop's thread.
  std::move_only_function<void(int status) noexcept> refused = nullptr;
};

class HttpServer {
 public:
  // invalid_argument, naming the address when it cannot be listened on, or the file of `tls` that cannot be used.
  static Result<std::unique_ptr<HttpServer>> listen(Loop& loop, const ListenAddress& address, HttpHandler handler, HttpOptions options = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Reads the files of HttpOptions::tls again, for connections to come; on an error those before stay. From any thread.
  Result<void> reload_tls();

  // As it was bound: an address and the port that was free.
  const ListenAddress& address() const;

  class Impl;  // http_server_impl.h

 private:
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::net

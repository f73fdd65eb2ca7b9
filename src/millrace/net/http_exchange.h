// SPDX-License-Identifier: Apache-2.0
//
// A request and its answer, both as streams, at the same time if need be. HttpOptions::takes_stream says for which requests the
// handler is called as soon as their head is there; it turns their reply into an exchange:
//
//   const std::shared_ptr<net::HttpExchange> exchange = std::move(reply).exchange();
//   exchange->read([=](net::HttpPiece piece) noexcept { … });          // one piece, or why there is none
//   exchange->begin({.status = 200, .headers = {{"Content-Type", "application/x-ndjson"}}, .body = {}});
//   exchange->write("{}\n", [=](bool is_open) noexcept { … });        // when the client's side has room again
//   exchange->end();
//
// One read and one write may be under way at a time; none of the functions is called within the call that took it.
// What goes wrong, and what is left to do:
//   gone       the client closed the connection, or its sending side before the body's end: what is written may yet reach it, and
//              done(false) tells that it does not
//   malformed  the body's chunks are none: send() a 400, or end()
//   too_slow   nothing came for `read_timeout`: send() a 408, or end()
//   closing    the server is being destroyed: end() within its `close_within`, or be cut
//   a client that takes nothing for `write_timeout`, or that reset the connection: done(false); a read that is under way gets `gone`
//   an exchange that is destroyed before end() or send(): 500, or the connection is cut when the answer had begun, so that the
//   client sees that it is not whole
// Each of them ends the connection with the answer, and a further read() says the same again. So does an answer that ends
// before the body was read to its end: what is still to come is thrown away for a while, that the client can read the answer.
//
// To a client of HTTP/1.0 the answer ends with the connection. `Expect: 100-continue` is met by the first read() or by begin().
// A stream keeps its place in a full server as long as its client sends something within each `read_timeout`: let takes_stream
// look at who it is.
// The request stays valid until end() or send(), the connection closed or not.
// Threads: all of it on the loop's thread. The exchange may outlive the connection, and the server: what it is asked after the
// server's destructor is dropped, its functions uncalled.
// Memory: one piece and what is written, one write at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/net/http.h"

namespace millrace::net {

class HttpStream;

struct HttpPiece {
  enum class Kind { data, end, gone, malformed, too_slow, closing };
  Kind kind = Kind::data;
  std::string_view bytes;  // of data: 1 byte to 64 KiB of the body, valid until the next read(), end() or send(), whatever happens
};

class HttpExchange {
 public:
  using Read = std::move_only_function<void(HttpPiece) noexcept>;
  using Written = std::move_only_function<void(bool is_open) noexcept>;

  explicit HttpExchange(std::shared_ptr<HttpStream> stream);
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  void read(Read done);
  // Status and headers; `head.body` is empty.
  void begin(HttpResponse head);
  // After begin().
  void write(std::string bytes, Written done);
  // After begin(), once; a write that is under way is finished before. A read that is under way is dropped, uncalled.
  void end();
  // A whole answer, in place of begin(), write() and end().
  void send(HttpResponse response);

 private:
  const std::shared_ptr<HttpStream> stream_;
};

}  // namespace millrace::net

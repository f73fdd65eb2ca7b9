// SPDX-License-Identifier: Apache-2.0
//
// What stands behind an HttpExchange, between it and its connection, and outlives either. Private to `net`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "millrace/net/http_exchange.h"

namespace millrace::net {

class HttpConnection;
struct HttpWork;

class HttpStream : public std::enable_shared_from_this<HttpStream> {
 public:
  explicit HttpStream(std::shared_ptr<HttpConnection> connection);
  ~HttpStream();

  // ---- the exchange's
  void read(HttpExchange::Read done);
  void begin(HttpResponse head);
  void write(std::string bytes, HttpExchange::Written done);
  void end();
  void send(HttpResponse response);
  void abandon();

  // ---- the connection's
  void got(std::string_view bytes);       // what the socket brought
  void stop(HttpPiece::Kind kind);        // no more of the body comes
  void flushed();                         // what was to be written is
  void closed(std::unique_ptr<HttpWork> work);  // the connection is; its request and its last piece stay valid

 private:
  void post(void (HttpStream::*step)());
  void look_for_piece();
  bool parse(std::string_view& bytes);
  void look_at_piece();
  void give(HttpPiece piece);
  void write_pending();
  void tell_written(bool is_open);


  boost::asio::io_context& context_;
  const std::shared_ptr<const bool> is_server_closed_;
  std::shared_ptr<HttpConnection> connection_;  // null once it is closed, or on with the next request
  std::unique_ptr<HttpWork> work_;              // the connection's, once it is closed
  HttpExchange::Read reader_;
  HttpExchange::Written writer_;
  HttpPiece::Kind stopped_ = HttpPiece::Kind::data;  // data: it is not
  std::string ahead_;                                // to be written before the chunk: 100 Continue, the head, the chunk's size
  std::string chunk_;
  bool has_chunk_ = false;
  bool is_chunk_given_ = false;
  bool is_begun_ = false;
  bool is_chunked_ = false;
  bool is_ended_ = false;
  bool is_last_given_ = false;  // the end of the answer is with the connection
};

}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
//
// Bytes to requests, one after the other. Private to `net`; Beast's parser stands behind it, and is compiled here only.
//
//   for (;;) switch (parser.put(bytes)) {
//     case Found::head: break;                 // request() without its body; be_streamed() is said here or never
//     case Found::request: answer(parser.request()); parser.restart(); break;
//     …
//   }
//
// What is refused beyond RFC 9112's grammar, for a proxy before us may read it otherwise: Content-Length twice or as a list, any
// coding but one `chunked`, folded fields, control bytes in a chunk's extension. Trailers are checked and dropped.
// Memory: the fields of a head, a body or a piece of it; what they took is kept from request to request, of a body 64 KiB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/net/http.h"

namespace millrace::net {

class HttpParser {
 public:
  static constexpr std::size_t fields_max = 100;           // of a head, and of trailers; 431 beyond
  static constexpr std::size_t piece_bytes_max = 64 << 10;  // of a streamed body

  HttpParser(std::size_t head_bytes_max, std::size_t body_bytes_max);
  ~HttpParser();

  // `head`: once for each request; its body follows at the next put(). `piece`: request().body is some of a streamed body, to be
  // dropped before the next. `request`: it is whole; of a streamed one, request().body is the last piece, or empty.
  enum class Found { nothing_yet, head, piece, request, fault };
  // Takes what it can use from the front of `bytes`. Nothing yet: the rest, at most a head, is to be given again with more behind it.
  Found put(std::string_view& bytes);
  // The body comes in pieces, without a limit on the whole. To be said between the head and what follows.
  void be_streamed() { is_streamed_ = true; }
  void drop_piece();
  // For the next request, behind one.
  void restart();

  const HttpRequest& request() const { return request_; }
  int fault_status() const { return fault_status_; }
  bool keeps_alive() const { return keeps_alive_; }  // the client lets the connection be used again
  bool is_in_request() const { return is_in_request_; }  // some of it was given
  std::size_t body_bytes() const { return body_.size(); }
  bool is_whole() const;
  bool is_http_1_0() const { return is_http_1_0_; }
  bool wants_continue() const { return wants_continue_ && !is_whole(); }  // Expect: 100-continue, and the body is still to come

 private:
  class Reader;
  struct Sizes {  // of a field in fields_, name and value one behind the other
    std::uint32_t name;
    std::uint32_t value;
  };

  Found put_body(std::string_view& bytes);
  void view_head();
  Found refuse(int status);

  const std::size_t head_bytes_max_;
  const std::size_t body_bytes_max_;
  std::unique_ptr<Reader> reader_;
  std::string fields_;  // method, target, then each field
  std::vector<Sizes> sizes_;
  std::vector<HttpHeader> headers_;
  std::string body_;
  HttpRequest request_;
  std::uint32_t method_size_ = 0;
  std::uint32_t target_size_ = 0;
  int fault_status_ = 0;
  bool is_in_request_ = false;
  bool is_head_done_ = false;
  bool is_streamed_ = false;
  bool keeps_alive_ = false;
  bool is_http_1_0_ = false;
  bool wants_continue_ = false;
};

// "Not Found"
std::string_view reason_phrase(int status);

}  // namespace millrace::net

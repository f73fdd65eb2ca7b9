// SPDX-License-Identifier: Apache-2.0
//
// Bytes to requests, one after the other. Private to `net`; Beast's parser stands behind it, and is compiled here only.
//
//   while (parser.put(bytes) == HttpParser::Found::request) { answer parser.request(); parser.restart(); }
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/net/http.h"

namespace millrace::net {

class HttpParser {
 public:
  HttpParser(std::size_t head_bytes_max, std::size_t body_bytes_max);
  ~HttpParser();

  enum class Found { nothing_yet, request, fault };
  // Takes what it can use from the front of `bytes`. Nothing yet: the rest, at most a head, is to be given again with more behind it.
  Found put(std::string& bytes);
  // For the next request, behind one.
  void restart();

  const HttpRequest& request() const { return request_; }
  int fault_status() const { return fault_status_; }
  bool keeps_alive() const;       // the client lets the connection be used again
  bool is_in_request() const;     // some of it was given
  bool wants_continue() const;    // Expect: 100-continue, and the body is still to come

 private:
  struct Impl;
  bool is_short_of_a_chunk(std::size_t size) const;
  bool is_head_sound() const;
  Found refuse(int status);
  void view_request();

  const std::size_t head_bytes_max_;
  const std::size_t body_bytes_max_;
  std::unique_ptr<Impl> impl_;
  HttpRequest request_;
  std::vector<HttpHeader> headers_;
  int fault_status_ = 0;
};

// "Not Found"
std::string_view reason_phrase(int status);

}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <algorithm>
#include <optional>
#include <utility>

namespace millrace::net {

namespace http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// RFC 3986, section 3.2: host [ ":" port ], as far as its characters tell. It is empty where the target names no host.
bool is_host(std::string_view text) {
  constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=";
  if (text.starts_with('[')) {  // an IPv6 address
    const std::size_t end = text.substr(1).find_first_not_of("abcdefABCDEF0123456789:.");
    if (end == text.npos || end == 0 || text[end + 1] != ']') return false;
    text.remove_prefix(end + 2);
  } else {
    text.remove_prefix(std::min(text.find_first_not_of(of_names), text.size()));
  }
  return text.empty() || (text[0] == ':' && text.find_first_not_of("0123456789", 1) == text.npos);
}

}  // namespace

struct HttpParser::Impl {
  std::optional<http::request_parser<http::string_body>> parser;
  bool is_head_judged = false;
};

HttpParser::HttpParser(std::size_t head_bytes_max, std::size_t body_bytes_max)
    : head_bytes_max_(head_bytes_max), body_bytes_max_(body_bytes_max), impl_(std::make_unique<Impl>()) {
  restart();
}
HttpParser::~HttpParser() = default;

void HttpParser::restart() {
  impl_->parser.emplace();
  impl_->parser->header_limit(static_cast<std::uint32_t>(head_bytes_max_));
  impl_->parser->body_limit(body_bytes_max_);
  impl_->parser->eager(false);  // the head is judged before a body is read, whose trailers Beast puts among its fields
  impl_->is_head_judged = false;
  request_ = {};
}

HttpParser::Found HttpParser::put(std::string& bytes) {
  http::request_parser<http::string_body>& parser = *impl_->parser;
  if (!parser.got_some()) {  // RFC 9112, section 2.2: empty lines before a request are none
    bytes.erase(0, std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
  }
  for (;;) {
    if (bytes.empty() || is_short_of_a_chunk(bytes.size())) return Found::nothing_yet;
    boost::system::error_code error;
    const std::size_t taken = parser.put(boost::asio::buffer(bytes), error);
    bytes.erase(0, taken);
    if (parser.is_header_done() && !std::exchange(impl_->is_head_judged, true)) {
      if (!is_head_sound()) return refuse(400);
      parser.eager(true);
    }
    if (error == http::error::header_limit) return refuse(431);
    if (error == http::error::body_limit) return refuse(413);
    if (error && error != http::error::need_more) return refuse(400);
    if (parser.is_done()) break;
    if (error || taken == 0) return bytes.size() > head_bytes_max_ ? refuse(431) : Found::nothing_yet;  // a chunk's head, a trailer
  }
  view_request();
  return Found::request;
}

// Beast 1.81 ends the process with an assertion when the last chunk, "0 CRLF CRLF", comes in pieces (boostorg/beast, pull request
// 2861). Of a chunked body at least these five bytes are always still to come.
bool HttpParser::is_short_of_a_chunk(std::size_t size) const {
  const auto& parser = *impl_->parser;
  return parser.is_header_done() && parser.chunked() && size < 5;
}

// Beast 1.81 takes a request whose codings do not end in a single `chunked` for one without a body: what follows would be the next
// request, smuggled past a proxy that reads it otherwise. We know no coding but chunked, and HTTP/1.0 has none (RFC 9112, section 6).
bool HttpParser::is_head_sound() const {
  const auto& head = impl_->parser->get();
  const std::size_t hosts = head.count(http::field::host);  // RFC 9112, section 3.2
  if (hosts > 1 || (hosts == 0 && head.version() >= 11) || !is_host(view(head[http::field::host]))) return false;
  const std::size_t codings = head.count(http::field::transfer_encoding);
  return codings == 0 ||
         (codings == 1 && head.version() >= 11 && boost::beast::iequals(head[http::field::transfer_encoding], "chunked"));
}

HttpParser::Found HttpParser::refuse(int status) {
  fault_status_ = status;
  return Found::fault;
}

void HttpParser::view_request() {
  const auto& message = impl_->parser->get();
  headers_.clear();
  for (const auto& field : message) headers_.push_back({view(field.name_string()), view(field.value())});
  request_ = {view(message.method_string()), view(message.target()), headers_, message.body()};
}

bool HttpParser::keeps_alive() const { return impl_->parser->get().keep_alive(); }
bool HttpParser::is_in_request() const { return impl_->parser->got_some(); }

bool HttpParser::wants_continue() const {
  const auto& parser = *impl_->parser;
  return parser.is_header_done() && !parser.is_done() && parser.get().version() >= 11 &&
         boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
}

std::string_view reason_phrase(int status) { return view(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)))); }

}  // namespace millrace::net

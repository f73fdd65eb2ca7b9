// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <functional>
#include <utility>

namespace millrace::net {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;
using Text = boost::beast::string_view;

namespace {

constexpr std::size_t kept_body_bytes_max = HttpParser::piece_bytes_max;

std::string_view view(Text text) { return {text.data(), text.size()}; }

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

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace

// What Beast finds goes into the buffers of the HttpParser, which outlive it: there is a Reader for each request.
class HttpParser::Reader final : public http::basic_parser<true> {
 public:
  explicit Reader(HttpParser& owner) : owner_(owner) {
    header_limit(static_cast<std::uint32_t>(owner.head_bytes_max_));  // of a line, that is: heads_bytes_ counts them all
    body_limit(boost::none);
    eager(false);  // the head is judged before a body is read
  }

  // Sound as far as lines tell, one by one; Beast has seen to their grammar, and to Content-Length beside Transfer-Encoding.
  // Beast 1.81 takes a request whose codings do not end in a single `chunked` for one without a body: what follows would be the
  // next request. We know no coding but chunked, and HTTP/1.0 has none (RFC 9112, section 6).
  bool is_head_sound() const {
    const bool has_host = hosts_ == 1 || (hosts_ == 0 && owner_.is_http_1_0_);  // RFC 9112, section 3.2
    return has_host && are_fields_sound_ && lengths_ <= 1 && (codings_ == 0 || (codings_ == 1 && !owner_.is_http_1_0_ && chunked()));
  }
  bool is_expectation_known() const { return is_expectation_known_; }

  std::size_t take(std::string_view bytes, ErrorCode& error) {
    input_ = bytes;
    return put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  }

 private:
  void on_request_impl(http::verb, Text method, Text target, int version, ErrorCode& error) override {
    owner_.fields_.assign(method.data(), method.size()).append(target.data(), target.size());
    owner_.method_size_ = static_cast<std::uint32_t>(method.size());
    owner_.target_size_ = static_cast<std::uint32_t>(target.size());
    owner_.is_http_1_0_ = version < 11;
    count(method.size() + target.size() + 12, error);
  }

  void on_field_impl(http::field field, Text name, Text value, ErrorCode& error) override {
    if (count(name.size() + value.size() + 4, error); error) return;
    if (++fields_ > fields_max) {
      error = http::error::header_limit;
      return;
    }
    if (is_folded(name, value)) {
      error = http::error::bad_value;
      return;
    }
    if (owner_.is_head_done_) return;  // a trailer
    owner_.fields_.append(name.data(), name.size()).append(value.data(), value.size());
    owner_.sizes_.push_back({static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())});
    look_at(field, view(value));
  }

  void look_at(http::field field, std::string_view value) {
    switch (field) {
      case http::field::host:
        ++hosts_;
        are_fields_sound_ &= is_host(value);
        break;
      case http::field::content_length:
        ++lengths_;
        are_fields_sound_ &= is_number(value);
        break;
      case http::field::transfer_encoding:
        ++codings_;
        are_fields_sound_ &= boost::beast::iequals(Text(value.data(), value.size()), "chunked");
        break;
      case http::field::expect:
        if (owner_.is_http_1_0_) break;  // RFC 9110, section 10.1.1
        if (boost::beast::iequals(Text(value.data(), value.size()), "100-continue")) {
          owner_.wants_continue_ = true;
        } else {
          is_expectation_known_ = false;
        }
        break;
      default: break;
    }
  }

  // RFC 9112, section 5.2. Beast joins the lines, in a buffer of its own where more than one of them has text.
  bool is_folded(Text name, Text value) const {
    const std::less<const char*> before;
    const char* const after_colon = name.data() + name.size() + 1;
    if (before(value.data(), after_colon) || before(input_.data() + input_.size(), value.data())) return true;
    return std::find(after_colon, value.data(), '\n') != value.data();
  }

  // Beast's limit is one for a line.
  void count(std::size_t bytes, ErrorCode& error) {
    head_bytes_ += bytes;
    if (head_bytes_ > owner_.head_bytes_max_) error = http::error::header_limit;
  }

  std::size_t add(Text text, ErrorCode& error) {
    const std::size_t room = owner_.is_streamed_ ? piece_bytes_max - owner_.body_.size() : text.size();
    const std::size_t size = std::min(room, text.size());
    owner_.body_.append(text.data(), size);
    if (size < text.size()) error = http::error::need_buffer;
    return size;
  }

  std::size_t on_body_impl(Text text, ErrorCode& error) override { return add(text, error); }
  std::size_t on_chunk_body_impl(std::uint64_t, Text text, ErrorCode& error) override { return add(text, error); }
  void on_chunk_header_impl(std::uint64_t size, Text extension, ErrorCode& error) override {
    if (extension.size() > owner_.head_bytes_max_) {
      error = http::error::header_limit;
    } else if (has_control(view(extension))) {
      error = http::error::bad_chunk_extension;
    } else if (!owner_.is_streamed_ && size > owner_.body_bytes_max_ - owner_.body_.size()) {
      error = http::error::body_limit;
    }
  }
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}

  HttpParser& owner_;
  std::string_view input_;
  std::size_t head_bytes_ = 0;  // and those of the trailers
  std::uint32_t fields_ = 0;
  std::uint16_t hosts_ = 0;
  std::uint16_t lengths_ = 0;
  std::uint16_t codings_ = 0;
  bool are_fields_sound_ = true;
  bool is_expectation_known_ = true;
};

HttpParser::HttpParser(std::size_t head_bytes_max, std::size_t body_bytes_max)
    : head_bytes_max_(head_bytes_max), body_bytes_max_(body_bytes_max), reader_(std::make_unique<Reader>(*this)) {}
HttpParser::~HttpParser() = default;

void HttpParser::restart() {
  std::destroy_at(reader_.get());  // in its place: there is no other way to begin anew
  std::construct_at(reader_.get(), *this);
  if (body_.capacity() > kept_body_bytes_max) std::string().swap(body_);  // an assignment would keep the memory
  body_.clear();
  sizes_.clear();
  request_ = {};
  fault_status_ = 0;
  is_in_request_ = is_head_done_ = is_streamed_ = keeps_alive_ = is_http_1_0_ = wants_continue_ = false;
}

HttpParser::Found HttpParser::put(std::string_view& bytes) {
  if (is_head_done_) return put_body(bytes);
  if (!is_in_request_) {  // RFC 9112, section 2.2: empty lines before a request are none
    bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
    is_in_request_ = !bytes.empty();
  }
  if (bytes.empty()) return Found::nothing_yet;
  ErrorCode error;
  bytes.remove_prefix(reader_->take(bytes, error));
  if (error == http::error::need_more) return Found::nothing_yet;
  if (error) return refuse(error == http::error::header_limit ? 431 : 400);
  is_head_done_ = true;
  if (!reader_->is_head_sound()) return refuse(400);
  view_head();
  if (!reader_->is_expectation_known()) return refuse(417);
  reader_->eager(true);
  return Found::head;
}

HttpParser::Found HttpParser::put_body(std::string_view& bytes) {
  if (fault_status_ != 0) return Found::fault;
  if (!is_streamed_ && reader_->content_length().value_or(0) > body_bytes_max_) return refuse(413);
  // Beast 1.81 ends the process with an assertion when the last chunk, "0 CRLF CRLF", comes in pieces (boostorg/beast, pull
  // request 2861). Of a chunked body at least these five bytes are always still to come.
  if (!is_whole() && bytes.size() >= (reader_->chunked() ? 5 : 1)) {
    ErrorCode error;
    bytes.remove_prefix(reader_->take(bytes, error));
    if (error == http::error::body_limit) return refuse(413);
    if (error == http::error::header_limit) return refuse(431);
    const bool is_whole_piece = error == http::error::need_buffer;
    if (error && error != http::error::need_more && !is_whole_piece) return refuse(400);
    if (!is_whole_piece && !is_whole() && bytes.size() > head_bytes_max_) return refuse(431);  // a chunk's head, a trailer
  }
  request_.body = body_;
  if (is_whole()) return Found::request;
  return is_streamed_ && !body_.empty() ? Found::piece : Found::nothing_yet;
}

HttpParser::Found HttpParser::refuse(int status) {
  fault_status_ = status;
  request_.body = body_;
  return is_streamed_ && !body_.empty() ? Found::piece : Found::fault;  // what came before it, first
}

void HttpParser::view_head() {
  std::string_view rest = fields_;
  const auto next = [&rest](std::size_t size) {
    const std::string_view text = rest.substr(0, size);
    rest.remove_prefix(size);
    return text;
  };
  request_.method = next(method_size_);
  request_.target = next(target_size_);
  headers_.clear();
  for (const Sizes size : sizes_) {
    const std::string_view name = next(size.name);
    headers_.push_back({name, next(size.value)});
  }
  request_.headers = headers_;
  keeps_alive_ = reader_->keep_alive();  // now: a trailer may name Connection, too
}

void HttpParser::drop_piece() {
  body_.clear();
  request_.body = {};
}

bool HttpParser::is_whole() const { return is_head_done_ && reader_->is_done(); }

std::string_view reason_phrase(int status) { return view(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)))); }

}  // namespace millrace::net

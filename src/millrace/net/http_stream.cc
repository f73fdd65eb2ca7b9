// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_stream.h"

#include <array>
#include <boost/asio/post.hpp>
#include <charconv>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/net/http_connection.h"
#include "millrace/net/loop_impl.h"

namespace millrace::net {

using Kind = HttpPiece::Kind;
using Found = HttpParser::Found;

HttpStream::HttpStream(std::shared_ptr<HttpConnection> connection)
    : context_(connection->server().loop().impl().context),
      is_server_closed_(connection->server().closed_mark()),
      connection_(std::move(connection)) {}

HttpStream::~HttpStream() = default;

// On the loop, but not within the call that asks for it.
void HttpStream::post(void (HttpStream::*step)()) {
  boost::asio::post(context_, [self = shared_from_this(), step] {
    if (!*self->is_server_closed_) (self.get()->*step)();
  });
}

// ---- the request

void HttpStream::read(HttpExchange::Read done) {
  if (*is_server_closed_) return;
  MILLRACE_ASSERT(!reader_ && !is_ended_);
  reader_ = std::move(done);
  if (connection_ && stopped_ == Kind::data) {
    connection_->parser().drop_piece();
    if (connection_->must_say_continue()) ahead_ += HttpConnection::go_on;
    if (!ahead_.empty()) post(&HttpStream::write_pending);
  }
  post(&HttpStream::look_for_piece);
}

void HttpStream::look_for_piece() {
  if (!reader_) return;
  if (!connection_) return give({stopped_ == Kind::data ? Kind::gone : stopped_, {}});
  if (stopped_ != Kind::data) return give({stopped_, {}});
  std::string& input = connection_->input();
  std::string_view rest = input;
  const bool has_news = parse(rest);
  input.erase(0, input.size() - rest.size());
  if (!has_news) return connection_->read_more();
  look_at_piece();
}

void HttpStream::got(std::string_view bytes) {
  std::string& input = connection_->input();
  if (!reader_ || stopped_ != Kind::data) {
    input.append(bytes);  // no more is read
    return;
  }
  const bool is_kept = !input.empty();
  if (is_kept) input.append(bytes);
  std::string_view rest = is_kept ? std::string_view(input) : bytes;
  const bool has_news = parse(rest);
  if (is_kept) {
    input.erase(0, input.size() - rest.size());
  } else {
    input.assign(rest);
  }
  if (!has_news) return connection_->read_more();
  look_at_piece();
}

// False: it takes more bytes.
bool HttpStream::parse(std::string_view& bytes) {
  const Found found = connection_->parser().put(bytes);
  if (found == Found::fault) stopped_ = Kind::malformed;
  return found != Found::nothing_yet;
}

void HttpStream::look_at_piece() {
  const std::string_view body = connection_->parser().request().body;
  if (stopped_ != Kind::data) return give({stopped_, {}});
  give({body.empty() ? Kind::end : Kind::data, body});
}

void HttpStream::give(HttpPiece piece) {
  if (connection_) connection_->reads_no_more();
  HttpExchange::Read reader = std::exchange(reader_, nullptr);
  reader(piece);
}

void HttpStream::stop(Kind kind) {
  if (stopped_ != Kind::data || connection_->parser().is_whole()) return;
  stopped_ = kind;
  const std::shared_ptr<HttpStream> self = shared_from_this();
  if (reader_) give({kind, {}});
}

// ---- the answer

void HttpStream::begin(HttpResponse head) {
  MILLRACE_ASSERT(!is_begun_ && head.body.empty());
  is_begun_ = true;
  if (!connection_ || *is_server_closed_) return;
  if (connection_->must_say_continue()) ahead_ += HttpConnection::go_on;
  is_chunked_ = !connection_->parser().is_http_1_0();
  connection_->append_head(ahead_, head, is_chunked_ ? HttpConnection::Framing::chunked : HttpConnection::Framing::to_the_end);
  post(&HttpStream::write_pending);
}

void HttpStream::write(std::string bytes, HttpExchange::Written done) {
  if (*is_server_closed_) return;
  MILLRACE_ASSERT(is_begun_ && !is_ended_ && !writer_);
  writer_ = std::move(done);
  has_chunk_ = !bytes.empty();
  chunk_ = std::move(bytes);
  if (has_chunk_ && is_chunked_) {
    std::array<char, 18> size;
    char* const end = std::to_chars(size.data(), size.data() + 16, chunk_.size(), 16).ptr;
    ahead_.append(size.data(), end).append("\r\n");
  }
  post(&HttpStream::write_pending);
}

void HttpStream::end() {
  MILLRACE_ASSERT(is_begun_ && !is_ended_);
  is_ended_ = true;
  reader_ = nullptr;
  if (!*is_server_closed_) post(&HttpStream::write_pending);
}

void HttpStream::send(HttpResponse response) {
  MILLRACE_ASSERT(!is_begun_ && !is_ended_);
  is_begun_ = is_ended_ = true;
  reader_ = nullptr;
  if (!connection_ || *is_server_closed_) return;
  connection_->append_head(ahead_, response, HttpConnection::Framing::length);
  if (response.status != 204 && response.status != 304) chunk_ = std::move(response.body);
  has_chunk_ = true;
  post(&HttpStream::write_pending);
}

void HttpStream::abandon() {
  reader_ = nullptr;
  writer_ = nullptr;
  if (is_ended_ || !connection_) return;
  if (is_begun_) return std::shared_ptr(connection_)->close();
  send(text_response(500, "500 Internal Server Error"));
}

void HttpStream::write_pending() {
  if (!connection_) return tell_written(false);
  if (connection_->is_flushing() || is_last_given_) return;
  const bool is_last = is_ended_;
  if (ahead_.empty() && !has_chunk_ && !is_last) return tell_written(true);
  std::string_view tail;
  if (is_chunked_) tail = has_chunk_ ? (is_last ? "\r\n0\r\n\r\n" : "\r\n") : (is_last ? "0\r\n\r\n" : "");
  is_last_given_ = is_last;
  is_chunk_given_ = std::exchange(has_chunk_, false);
  connection_->write(ahead_, std::move(chunk_), tail);
}

void HttpStream::flushed() {
  const std::shared_ptr<HttpStream> self = shared_from_this();
  if (std::exchange(is_chunk_given_, false)) tell_written(true);
  if (!connection_) return;
  if (is_last_given_) return std::exchange(connection_, nullptr)->stream_ended();
  write_pending();
}

void HttpStream::tell_written(bool is_open) {
  if (!writer_) return;
  HttpExchange::Written writer = std::exchange(writer_, nullptr);
  writer(is_open);
}

void HttpStream::closed(std::unique_ptr<HttpWork> work) {
  const std::shared_ptr<HttpStream> self = shared_from_this();
  work_ = std::move(work);
  connection_ = nullptr;
  if (reader_) give({stopped_ == Kind::data ? Kind::gone : stopped_, {}});
  tell_written(false);
}

// ---- HttpExchange

HttpExchange::HttpExchange(std::shared_ptr<HttpStream> stream) : stream_(std::move(stream)) {}
HttpExchange::~HttpExchange() { stream_->abandon(); }
void HttpExchange::read(Read done) { stream_->read(std::move(done)); }
void HttpExchange::begin(HttpResponse head) { stream_->begin(std::move(head)); }
void HttpExchange::write(std::string bytes, Written done) { stream_->write(std::move(bytes), std::move(done)); }
void HttpExchange::end() { stream_->end(); }
void HttpExchange::send(HttpResponse response) { stream_->send(std::move(response)); }

}  // namespace millrace::net

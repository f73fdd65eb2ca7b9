// SPDX-License-Identifier: Apache-2.0
//
// A byte stream to a host over TCP, or TLS over TCP, behind one face: WebSocket code is compiled once, not once for
// each. The cost is one small allocation per read or write, next to a system call.
//
// Threads: the loop's own. A completion never runs inside the call that started it.
#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "millrace/base/result.h"
#include "millrace/net/web_socket.h"

namespace millrace::net {

class Stream {
 public:
  // Asio keeps a copy until the write is done, so that it has to own its elements; unused ones are empty.
  using WriteBuffers = std::array<boost::asio::const_buffer, 8>;
  using Done = std::move_only_function<void(boost::system::error_code, std::size_t)>;
  using Connected = std::move_only_function<void(std::optional<Error>)>;

  virtual ~Stream() = default;
  // Looks the host up, connects and, with TLS, shakes hands. unavailable; invalid_argument for a certificate that is
  // not trusted and a CA file that cannot be read. `done` keeps the stream alive.
  virtual void connect(Connected done) = 0;
  virtual void read_some(boost::asio::mutable_buffer buffer, Done done) = 0;
  virtual void write_some(const WriteBuffers& buffers, Done done) = 0;
  // Ends what is under way with operation_aborted.
  virtual void close() noexcept = 0;
};

std::unique_ptr<Stream> make_stream(boost::asio::io_context& context, const Endpoint& endpoint);

// A Stream as Beast wants its next layer to look.
class AnyStream {
 public:
  using executor_type = boost::asio::io_context::executor_type;

  AnyStream(boost::asio::io_context& context, std::unique_ptr<Stream> stream)
      : executor_(context.get_executor()), stream_(std::move(stream)) {}

  executor_type get_executor() const noexcept { return executor_; }
  Stream& stream() { return *stream_; }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return initiate(token,
                    [this, first = first_of(buffers)](Stream::Done done) { stream_->read_some(first, std::move(done)); });
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    Stream::WriteBuffers gathered;
    std::size_t count = 0;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end && count < gathered.size(); ++at) {
      if (const boost::asio::const_buffer buffer = *at; buffer.size() != 0) gathered[count++] = buffer;
    }
    return initiate(token, [this, gathered](Stream::Done done) { stream_->write_some(gathered, std::move(done)); });
  }

 private:
  template <typename Token, typename Start>
  static auto initiate(Token& token, Start start) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [](auto&& handler, Start begin) { begin(Stream::Done(std::forward<decltype(handler)>(handler))); }, token,
        std::move(start));
  }

  template <typename Buffers>
  static boost::asio::mutable_buffer first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      if (const boost::asio::mutable_buffer buffer = *at; buffer.size() != 0) return buffer;
    }
    return {};
  }

  executor_type executor_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
//
// TCP and TLS streams, and the bodies of Asio, its TLS and Beast: compiled here, once.
#include "millrace/net/stream.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>

namespace millrace::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// The part that both kinds share: look the host up, connect.
class TcpStream : public Stream {
 public:
  TcpStream(asio::io_context& context, Endpoint endpoint)
      : endpoint_(std::move(endpoint)), resolver_(context), socket_(context) {}

  void connect(Connected done) override {
    resolver_.async_resolve(
        endpoint_.host, std::to_string(endpoint_.port),
        [this, done = std::move(done)](ErrorCode error, const tcp::resolver::results_type& found) mutable {
          if (error)
            return done(Error{Code::unavailable, fmt::format("cannot find {}: {}", endpoint_.host, error.message()), {}});
          asio::async_connect(socket_, found,
                              [this, done = std::move(done)](ErrorCode refused, const tcp::endpoint&) mutable {
                                if (refused) return done(cannot_connect(refused.message()));
                                ErrorCode ignored;
                                socket_.set_option(tcp::no_delay(true), ignored);
                                connected(std::move(done));
                              });
        });
  }

  void read_some(asio::mutable_buffer buffer, Done done) override { socket_.async_read_some(buffer, std::move(done)); }
  void write_some(const WriteBuffers& buffers, Done done) override { socket_.async_write_some(buffers, std::move(done)); }

  void close() noexcept override {
    resolver_.cancel();
    ErrorCode ignored;
    socket_.close(ignored);
  }

 protected:
  virtual void connected(Connected done) { done(std::nullopt); }

  Error cannot_connect(std::string_view why) const {
    return {Code::unavailable, fmt::format("cannot connect to {}: {}", to_string(endpoint_), why), {}};
  }

  const Endpoint endpoint_;
  tcp::resolver resolver_;
  tcp::socket socket_;
};

class TlsStream final : public TcpStream {
 public:
  TlsStream(asio::io_context& context, const Endpoint& endpoint) : TcpStream(context, endpoint) {}

  void connect(Connected done) override {
    if (ErrorCode error = load_certificates()) {
      asio::post(socket_.get_executor(), [this, error, done = std::move(done)]() mutable {
        done(Error{Code::invalid_argument,
                   fmt::format("cannot read certificates from '{}': {}", endpoint_.tls->ca_file, error.message()),
                   {}});
      });
      return;
    }
    stream_.emplace(socket_, tls_);
    TcpStream::connect(std::move(done));
  }

  void read_some(asio::mutable_buffer buffer, Done done) override { stream_->async_read_some(buffer, std::move(done)); }
  void write_some(const WriteBuffers& buffers, Done done) override { stream_->async_write_some(buffers, std::move(done)); }

 private:
  void connected(Connected done) override {
    ErrorCode ignored;
    if (asio::ip::make_address(endpoint_.host, ignored); ignored) {  // server name indication is for names only
      SSL_set_tlsext_host_name(stream_->native_handle(), endpoint_.host.c_str());
    }
    stream_->set_verify_callback(asio::ssl::host_name_verification(endpoint_.host));
    stream_->async_handshake(asio::ssl::stream_base::client, [this, done = std::move(done)](ErrorCode error) mutable {
      if (!error) return done(std::nullopt);
      const long verdict = SSL_get_verify_result(stream_->native_handle());
      if (verdict == X509_V_OK) return done(cannot_connect(fmt::format("TLS: {}", error.message())));
      done(Error{Code::invalid_argument,
                 fmt::format("the certificate of {} is not trusted: {}", to_string(endpoint_),
                             X509_verify_cert_error_string(verdict)),
                 {}});
    });
  }

  ErrorCode load_certificates() {
    ErrorCode error;
    tls_.set_options(
        asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, error);
    tls_.set_verify_mode(asio::ssl::verify_peer, error);
    if (endpoint_.tls->ca_file.empty()) {
      tls_.set_default_verify_paths(error);
    } else {
      tls_.load_verify_file(endpoint_.tls->ca_file, error);
    }
    return error;
  }

  asio::ssl::context tls_{asio::ssl::context::tls_client};
  std::optional<asio::ssl::stream<tcp::socket&>> stream_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(asio::io_context& context, const Endpoint& endpoint) {
  if (endpoint.tls) return std::make_unique<TlsStream>(context, endpoint);
  return std::make_unique<TcpStream>(context, endpoint);
}

}  // namespace millrace::net

// SPDX-License-Identifier: Apache-2.0
//
// The server's side of TLS over a socket that does not block. Private to `net`; OpenSSL stands behind it, without Asio's stream,
// which keeps some 70 KiB for each connection where this keeps what OpenSSL needs between records.
//
// TLS 1.2 and 1.3, of 1.2 only ciphers with forward secrecy and AEAD; no renegotiation, no session cache; ALPN: http/1.1.
// Threads: a TlsSession belongs to one; a TlsContext may be shared.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "millrace/base/result.h"
#include "millrace/net/http_server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace millrace::net {

class TlsContext {
 public:
  // invalid_argument, naming the file: it cannot be read, holds nothing of its kind in PEM form, or the key is another certificate's.
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);

 private:
  friend class TlsSession;
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

class TlsSession {
 public:
  TlsSession(const TlsContext& context, int socket);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Outcome { done, wants_read, wants_write, ended, fault };  // wants: the socket is to be waited for
  struct Step {
    Outcome outcome = Outcome::done;
    std::size_t bytes = 0;
  };

  Outcome shake_hands();
  // Until there is no more, or `bytes` is full: done.
  Step read(std::span<char> bytes);
  // Part of it. After `wants` it is to be called with the same bytes again, wherever they are then.
  Step write(std::span<const char> bytes);
  // That nothing more comes, if the socket takes it at once.
  void say_goodbye();

 private:
  struct Socket {  // what the BIO knows
    int number = -1;
    bool is_ended = false;
  };
  struct Free {
    void operator()(ssl_st* session) const;
  };
  friend struct SocketBio;
  Outcome outcome_of(int result);

  Socket socket_;
  std::unique_ptr<ssl_st, Free> session_;
  bool is_sound_ = false;  // the handshake is done, and nothing went wrong
};

}  // namespace millrace::net

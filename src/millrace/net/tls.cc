// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::net {

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a client that is gone would end the process with SIGPIPE.
struct SocketBio {
  static TlsSession::Socket& of(BIO* bio) { return *static_cast<TlsSession::Socket*>(BIO_get_data(bio)); }

  static int write(BIO* bio, const char* bytes, int size) {
    const ssize_t sent = ::send(of(bio).number, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
    BIO_clear_retry_flags(bio);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }

  static int read(BIO* bio, char* bytes, int size) {
    const ssize_t got = ::recv(of(bio).number, bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
    BIO_clear_retry_flags(bio);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (got == 0) of(bio).is_ended = true;
    return static_cast<int>(got);
  }

  static long control(BIO* bio, int what, long, void*) {
    if (what == BIO_CTRL_EOF) return of(bio).is_ended ? 1 : 0;
    return what == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      MILLRACE_ASSERT(method != nullptr);
      BIO_meth_set_write(method, write);
      BIO_meth_set_read(method, read);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    return made;
  }
};

namespace {

std::unexpected<Error> cannot_use(std::string_view what, const std::string& file, std::string_view why) {
  return fail(Code::invalid_argument, fmt::format("cannot use the {} in '{}': {}", what, file, why));
}

// What OpenSSL has said last, in its words where we have none.
std::string reason(unsigned long error) {
  if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE) return "there is none in PEM form";
  if (ERR_GET_LIB(error) == ERR_LIB_OSSL_DECODER) return "there is none in PEM form";
  const char* const words = ERR_reason_error_string(error);
  return words == nullptr ? "it is damaged" : words;
}

Result<void> check_readable(std::string_view what, const std::string& file) {
  std::ifstream stream(file);
  if (stream.is_open() && (stream.peek(), !stream.bad())) return {};
  return cannot_use(what, file, std::strerror(errno));
}

// OpenSSL would ask for it on the terminal.
int no_password(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char known[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, known, sizeof(known), offered, offered_size) != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

// ---- TlsContext

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files) {
  if (auto readable = check_readable("certificate", files.certificate_file); !readable) return std::unexpected(readable.error());
  if (auto readable = check_readable("key", files.key_file); !readable) return std::unexpected(readable.error());
  ERR_clear_error();
  auto loaded = std::make_shared<TlsContext>();
  loaded->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = loaded->context_.get();
  MILLRACE_ASSERT(context != nullptr);
  MILLRACE_ASSERT(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
  MILLRACE_ASSERT(SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  bool is_encrypted = false;
  SSL_CTX_set_default_passwd_cb(context, no_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, &is_encrypted);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1) {
    return cannot_use("certificate", files.certificate_file, reason(ERR_peek_error()));
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    if (is_encrypted) return cannot_use("key", files.key_file, "it is encrypted; give one without a password");
    const unsigned long error = ERR_peek_last_error();
    const bool is_anothers = ERR_GET_LIB(error) == ERR_LIB_X509 &&
                             (ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH || ERR_GET_REASON(error) == X509_R_KEY_TYPE_MISMATCH);
    return cannot_use("key", files.key_file,
                      is_anothers ? fmt::format("it does not fit the certificate in '{}'", files.certificate_file) : reason(ERR_peek_error()));
  }
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  SSL_CTX_set_default_passwd_cb(context, nullptr);
  return loaded;
}

// ---- TlsSession

void TlsSession::Free::operator()(ssl_st* session) const { SSL_free(session); }

TlsSession::TlsSession(const TlsContext& context, int socket) : socket_{.number = socket}, session_(SSL_new(context.context_.get())) {
  BIO* const bio = BIO_new(SocketBio::method());
  MILLRACE_ASSERT(session_ != nullptr && bio != nullptr);
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(session_.get(), bio, bio);
  SSL_set_accept_state(session_.get());
}

TlsSession::Outcome TlsSession::outcome_of(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_NONE: return Outcome::done;
    case SSL_ERROR_WANT_READ: return Outcome::wants_read;
    case SSL_ERROR_WANT_WRITE: return Outcome::wants_write;
    case SSL_ERROR_ZERO_RETURN: return Outcome::ended;
    default: is_sound_ = false; return socket_.is_ended ? Outcome::ended : Outcome::fault;
  }
}

TlsSession::Outcome TlsSession::shake_hands() {
  ERR_clear_error();
  const Outcome outcome = outcome_of(SSL_do_handshake(session_.get()));
  is_sound_ = outcome == Outcome::done;
  return outcome;
}

TlsSession::Step TlsSession::read(std::span<char> bytes) {
  Step step;
  while (step.bytes < bytes.size()) {
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(session_.get(), bytes.data() + step.bytes, bytes.size() - step.bytes, &size);
    if (result != 1) {
      step.outcome = outcome_of(result);
      break;
    }
    step.bytes += size;
  }
  return step;
}

TlsSession::Step TlsSession::write(std::span<const char> bytes) {
  ERR_clear_error();
  Step step;
  const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &step.bytes);
  if (result != 1) step.outcome = outcome_of(result);
  return step;
}

void TlsSession::say_goodbye() {
  if (!std::exchange(is_sound_, false)) return;
  ERR_clear_error();
  SSL_shutdown(session_.get());
}

}  // namespace millrace::net

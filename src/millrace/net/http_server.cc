// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/net/http_connection.h"
#include "millrace/net/loop_impl.h"

namespace millrace::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t record_bytes_max = 16 << 10;  // of TLS (RFC 8446, section 5.1)
constexpr std::size_t spare_max = 64;  // of what is kept for requests to come, some 70 KiB each at most
constexpr milliseconds look_most{1'000};
constexpr milliseconds look_least{5};

// IPv4 first: it is what "localhost" means to those who write 127.0.0.1 elsewhere.
Result<std::vector<tcp::endpoint>> endpoints_of(asio::io_context& context, const ListenAddress& address) {
  ErrorCode error;
  const auto found = tcp::resolver(context).resolve(address.host, std::to_string(address.port), tcp::resolver::passive, error);
  if (error) return fail(Code::invalid_argument, fmt::format("cannot listen on {}: {}", to_string(address), error.message()));
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  std::ranges::stable_partition(endpoints, [](const tcp::endpoint& endpoint) { return endpoint.address().is_v4(); });
  return endpoints;
}

ErrorCode bind(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);  // not for what a closed server left behind
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  if (!error) return error;
  ErrorCode ignored;
  acceptor.close(ignored);
  return error;
}

bool is_of_this_machine(ErrorCode error) {
  return error != asio::error::address_family_not_supported && error != ErrorCode(EADDRNOTAVAIL, boost::system::system_category());
}

}  // namespace

HttpServer::Impl::Impl(Loop& loop, HttpHandler handler, HttpOptions options)
    : loop_(loop),
      handler_(std::move(handler)),
      options_(std::move(options)),
      acceptor_(loop.impl().context),
      deadlines_(loop),
      accept_again_(loop) {}

Result<void> HttpServer::Impl::listen(const ListenAddress& address) {
  if (options_.tls) {
    auto tls = TlsContext::load(*options_.tls);
    if (!tls) return std::unexpected(tls.error());
    use(*std::move(tls));
  }
  const Result<std::vector<tcp::endpoint>> endpoints = endpoints_of(loop_.impl().context, address);
  if (!endpoints) return std::unexpected(endpoints.error());
  ErrorCode error;
  for (const tcp::endpoint& endpoint : *endpoints) {
    error = bind(acceptor_, endpoint);
    if (!error || is_of_this_machine(error)) break;
  }
  if (error) return fail(Code::invalid_argument, fmt::format("cannot listen on {}: {}", to_string(address), error.message()));
  const tcp::endpoint bound = acceptor_.local_endpoint(error);
  address_ = {bound.address().to_string(), bound.port()};
  accept();
  return {};
}

void HttpServer::Impl::use(std::shared_ptr<const TlsContext> tls) {
  tls_ = std::move(tls);
  record_.resize(record_bytes_max);
}

// ---- connections

void HttpServer::Impl::accept() {
  acceptor_.async_accept([self = shared_from_this()](ErrorCode error, Socket socket) {
    if (self->closing_) return;
    if (!error) self->add(std::move(socket));
    if (!error || error == asio::error::connection_aborted) return self->accept();
    if (!self->waiting_.empty()) self->waiting_.front()->close();  // as in make_room()
    self->accept_again_.start(milliseconds(100), [self = self.get()] { self->accept(); });  // out of file descriptors
  });
}

// Whoever keeps us waiting longest gives way: by not asking, by asking slowly, or by not taking what it asked for.
bool HttpServer::Impl::make_room() {
  if (waiting_.size() + handled_.size() < options_.connections_max) return true;
  if (waiting_.empty()) return false;
  waiting_.front()->close();
  return true;
}

void HttpServer::Impl::add(Socket socket) {
  const bool has_room = make_room();
  const auto connection = std::make_shared<HttpConnection>(shared_from_this(), std::move(socket));
  if (!has_room) return connection->turn_away();
  if (waiting_.empty() && handled_.empty()) look_at_deadlines();
  {
    const std::lock_guard lock(mutex_);
    is_empty_ = false;
  }
  connection->list = &waiting_;
  connection->place = waiting_.insert(waiting_.end(), connection);
  connection->start();
}

void HttpServer::Impl::move(HttpConnection& connection, Connections& list) {
  list.splice(list.end(), *connection.list, connection.place);
  connection.list = &list;
}

void HttpServer::Impl::leave(HttpConnection& connection) {
  connection.list->erase(connection.place);
  if (!waiting_.empty() || !handled_.empty()) return;
  deadlines_.cancel();
  const std::lock_guard lock(mutex_);
  is_empty_ = true;
  emptied_.notify_all();
}

std::unique_ptr<HttpWork> HttpServer::Impl::lend_work() {
  if (spare_.empty()) return std::make_unique<HttpWork>(options_);
  std::unique_ptr<HttpWork> work = std::move(spare_.back());
  spare_.pop_back();
  return work;
}

void HttpServer::Impl::take_back(std::unique_ptr<HttpWork> work) {
  if (spare_.size() == spare_max || work->input.capacity() > buffer_.size()) return;
  work->parser.restart();
  work->input.clear();
  spare_.push_back(std::move(work));
}

void HttpServer::Impl::handle(const HttpRequest& request, HttpConnection& connection) {
  move(connection, handled_);
  is_in_handler_ = true;
  handler_(request, HttpReply(connection.shared_from_this()));
  is_in_handler_ = false;
}

bool HttpServer::Impl::takes_stream(const HttpRequest& request) {
  if (!options_.takes_stream || request.method == "HEAD") return false;
  is_in_handler_ = true;
  const bool takes = options_.takes_stream(request);
  is_in_handler_ = false;
  return takes;
}

HttpResponse HttpServer::Impl::refuse(int status) {
  is_in_handler_ = true;
  if (options_.refused) options_.refused(status);
  HttpResponse response;
  if (options_.refusal) {
    response = options_.refusal(status);
    response.status = status;
  } else {
    response = text_response(status, fmt::format("{} {}", status, reason_phrase(status)));
    if (status == 503) response.headers.emplace_back("Retry-After", "1");
  }
  is_in_handler_ = false;
  return response;
}

// Looks at all of them now and then: a timer for each would cost two system calls a request.
void HttpServer::Impl::look_at_deadlines() {
  const milliseconds shortest = std::min({options_.read_timeout, options_.idle_timeout, options_.write_timeout, look_most});
  deadlines_.start(std::max(shortest / 4, look_least), [this] {
    const Instant now = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<HttpConnection>> due;  // of these some leave
    for (const Connections* list : {&waiting_, &handled_}) {
      for (const std::shared_ptr<HttpConnection>& connection : *list) {
        if (connection->is_due(now)) due.push_back(connection);
      }
    }
    for (const std::shared_ptr<HttpConnection>& connection : due) connection->look_at_deadline(now);
    if (!waiting_.empty() || !handled_.empty()) look_at_deadlines();
  });
}

std::string_view HttpServer::Impl::date() {
  const std::time_t now = std::time(nullptr);
  if (now != std::exchange(date_of_, now) || date_.empty()) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    date_.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));  // the locale is "C"
  }
  return date_;
}

// ---- the end

void HttpServer::Impl::begin_closing() {
  MILLRACE_ASSERT(!is_in_handler_);  // it would be destroyed while it runs
  closing_ = true;
  ErrorCode ignored;
  acceptor_.close(ignored);
  accept_again_.cancel();
  for (const std::shared_ptr<HttpConnection>& connection : all()) connection->begin_closing();
}

std::vector<std::shared_ptr<HttpConnection>> HttpServer::Impl::all() const {
  std::vector<std::shared_ptr<HttpConnection>> connections(waiting_.begin(), waiting_.end());
  connections.insert(connections.end(), handled_.begin(), handled_.end());
  return connections;
}

void HttpServer::Impl::close_all() {
  *is_closed_ = true;
  for (const std::shared_ptr<HttpConnection>& connection : all()) connection->close();
  deadlines_.cancel();
  handler_ = nullptr;
  options_.refused = nullptr;
  options_.refusal = nullptr;
  options_.takes_stream = nullptr;
}

void HttpServer::Impl::close() {
  loop_.run([this] { begin_closing(); });
  if (!loop_.is_current()) {
    std::unique_lock lock(mutex_);
    emptied_.wait_for(lock, options_.close_within, [this] { return is_empty_; });
  }
  loop_.run([this] { close_all(); });
}

// ---- HttpReply

HttpReply::HttpReply(std::shared_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}

HttpReply::~HttpReply() {
  if (connection_) std::move(*this).send(text_response(500, "500 Internal Server Error"));
}

std::string HttpReply::client_address() const { return connection_ ? connection_->client_address() : std::string(); }

bool HttpReply::has_room(std::size_t bytes) const { return !connection_ || connection_->has_room(bytes); }

void HttpReply::send(HttpResponse response) && {
  const std::shared_ptr<HttpConnection> connection = std::exchange(connection_, nullptr);
  MILLRACE_ASSERT(connection != nullptr);
  connection->answer(std::move(response));
}

std::shared_ptr<HttpExchange> HttpReply::exchange() && {
  const std::shared_ptr<HttpConnection> connection = std::exchange(connection_, nullptr);
  MILLRACE_ASSERT(connection != nullptr && connection->stream() != nullptr);
  return std::make_shared<HttpExchange>(connection->stream());
}

// ---- HttpServer

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  impl_->close();
  Loop& loop = impl_->loop();
  loop.run([this] { impl_.reset(); });  // there, for its timers may have handlers that are queued already
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, const ListenAddress& address, HttpHandler handler, HttpOptions options) {
  Result<void> listening;
  std::shared_ptr<Impl> impl;
  loop.run([&] {
    impl = std::make_shared<Impl>(loop, std::move(handler), std::move(options));
    listening = impl->listen(address);
  });
  if (!listening) return std::unexpected(std::move(listening).error());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

Result<void> HttpServer::reload_tls() {
  if (!impl_->options().tls) return fail(Code::invalid_argument, "this server does not speak TLS");
  auto tls = TlsContext::load(*impl_->options().tls);
  if (!tls) return std::unexpected(tls.error());
  impl_->loop().run([&] { impl_->use(*std::move(tls)); });
  return {};
}

const ListenAddress& HttpServer::address() const { return impl_->address(); }

}  // namespace millrace::net

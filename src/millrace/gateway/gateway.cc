// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/gateway.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "millrace/batch/batch_metrics.h"
#include "millrace/batch/record_metrics.h"
#include "millrace/gateway/call.h"
#include "millrace/gateway/committer.h"
#include "millrace/gateway/create.h"
#include "millrace/gateway/idempotency.h"
#include "millrace/gateway/media_type.h"
#include "millrace/gateway/ndjson_stream.h"
#include "millrace/gateway/openapi.h"
#include "millrace/gateway/reader.h"
#include "millrace/gateway/reads.h"
#include "millrace/gateway/route.h"
#include "millrace/net/inflater.h"
#include "millrace/net/serve_metrics.h"

namespace millrace::gateway {
namespace {

using net::HttpRequest;
using net::HttpResponse;

constexpr std::array<std::string_view, 5> known_methods{"GET", "HEAD", "POST", "DELETE", "OPTIONS"};

constexpr std::chrono::milliseconds idle_when_closing{500};
constexpr std::size_t small_body_digits = 4;  // of a Content-Length: up to 9,999 bytes

enum class Coding : std::uint8_t { identity, gzip, other };

Coding coding_of(const HttpRequest& request) {
  const std::optional<std::string_view> value = request.only("content-encoding");
  if (!value) return Coding::other;
  if (value->empty()) return Coding::identity;
  std::string coding(*value);  // RFC 9110, section 8.4.1: in whichever case
  std::ranges::transform(coding, coding.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  if (coding == "identity") return Coding::identity;
  return coding == "gzip" || coding == "x-gzip" ? Coding::gzip : Coding::other;
}

bool allows(Route route, std::string_view method) {
  const std::string_view methods = allowed_methods(route);
  for (std::size_t at = 0; at < methods.size();) {
    const std::size_t end = std::min(methods.find(',', at), methods.size());
    if (methods.substr(at, end - at) == method) return true;
    at = end + 2;
  }
  return false;
}

}  // namespace

class Gateway::Impl {
 public:
  Impl(store::Store& writes, store::Store& reads, net::Loop& loop, GatewayOptions options);
  ~Impl();

  void handle(const HttpRequest& request, net::HttpReply reply) noexcept;
  net::HttpOptions http_options();
  void set_tokens(std::optional<Tokens> tokens) {
    loop_.run([&] { access_.set(std::move(tokens)); });
  }
  void begin_closing() { is_closing_ = true; }

 private:
  CommitterOptions committer_options() const;
  const telemetry::RouteMetrics& metrics_of(std::string_view method, Route route) const;
  void dispatch(const HttpRequest& request, Target& target, Call call);
  void post(const HttpRequest& request, const Target& target, Call call);
  void create(const HttpRequest& request, const Target& target, Call call, std::string_view body);
  void respond(const HttpRequest& request, Route route, Call call);
  void tell_ready(Call call) const;
  void answer_preflight(const HttpRequest& request, Route route, Call call) const;
  bool takes_stream(const HttpRequest& request);

  const GatewayOptions options_;
  net::Loop& loop_;
  telemetry::RequestMetrics request_metrics_;
  std::array<std::vector<telemetry::RouteMetrics>, routes_count> route_metrics_;
  RequestIds request_ids_;
  Access access_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<Committer> committer_;
  Desk desk_;
  Creator creator_;
  Reads reads_;
  std::atomic<bool> is_closing_{false};
  telemetry::ScrapeHook read_queue_;
};

Gateway::Impl::Impl(store::Store& writes, store::Store& reads, net::Loop& loop, GatewayOptions options)
    : options_(std::move(options)),
      loop_(loop),
      request_metrics_(*options_.registry),
      reader_(std::make_unique<Reader>(reads)),
      committer_(std::make_unique<Committer>(writes, loop, committer_options())),
      desk_{.committer = *committer_, .access = access_, .events = options_.events, .access_log = options_.access_log, .cors_origins = options_.cors_origins, .streams_max = options_.streams_max},
      creator_(*committer_, loop, {options_.record_bytes_max}),
      reads_(*reader_, loop) {
  access_.set(options_.tokens);
  batch::BatchMetrics::add_to_registry();
  const batch::RecordMetrics& metrics = batch::RecordMetrics::global();
  metrics.store_up.set(1);
  metrics.queue_bytes_limit.set(static_cast<double>(options_.queue_bytes_max));
  read_queue_ = telemetry::Registry::global().before_scrape(
      [this, bytes = metrics.queue_bytes, records = batch::BatchMetrics::queue_records(), gathered = 0.0]() mutable {
        const Pressure pressure = committer_->pressure();
        bytes.set(static_cast<double>(pressure.bytes));
        records.add(static_cast<double>(pressure.records_gathered) - std::exchange(gathered, static_cast<double>(pressure.records_gathered)));
      });
  for (std::size_t route = 0; route < routes_count; ++route) {
    const std::string_view name = to_string(static_cast<Route>(route));
    // A method that a route does not take is "other" there, so that the label sets stay few.
    for (const std::string_view method : known_methods) {
      const bool is_hot = method == "POST" || (method == "GET" && static_cast<Route>(route) == Route::record);
      const std::string_view counted = allows(static_cast<Route>(route), method) ? method : "other";
      route_metrics_[route].push_back(is_hot ? request_metrics_.route(counted, name, {200, 201}) : request_metrics_.route(counted, name));
    }
    route_metrics_[route].push_back(request_metrics_.route("other", name));
  }
}

CommitterOptions Gateway::Impl::committer_options() const {
  const auto tell = [events = options_.events](const Error* error) {
    batch::RecordMetrics::global().store_up.set(error == nullptr ? 1 : 0);
    if (events == nullptr) return;
    if (error == nullptr) return events->say(Level::info, "store_answers");
    events->say(Level::error, "store_fails", {{"code", to_string(error->code)}, {"message", error->message}});
  };
  return {.queue_bytes_max = options_.queue_bytes_max, .store_wait = options_.store_wait, .store_changed = tell};
}

// Its clients are gone, or were cut. What the threads still do is done, and told to the loop, before what that refers to goes.
Gateway::Impl::~Impl() {
  read_queue_.remove();
  loop_.run([this] {
    for (NdjsonStream* const stream : std::vector(desk_.streams.begin(), desk_.streams.end())) stream->abandon();
    reader_->drop_waiting();
  });
  reader_.reset();
  committer_.reset();
  loop_.run([] {});
}

const telemetry::RouteMetrics& Gateway::Impl::metrics_of(std::string_view method, Route route) const {
  const auto known = std::ranges::find(known_methods, method);
  return route_metrics_[static_cast<std::size_t>(route)][static_cast<std::size_t>(known - known_methods.begin())];
}

// ---- a request

void Gateway::Impl::handle(const HttpRequest& request, net::HttpReply reply) noexcept {
  Target target = parse_target(request.path());
  RequestContext context(request, request_ids_);
  telemetry::ActiveRequest active = metrics_of(request.method, target.route).begin(context.trace());
  Call call(desk_, request, target.route, std::move(reply), std::move(active), std::move(context));
  if (target.route == Route::other) return std::move(call).refuse(refusal(404));
  if (!allows(target.route, request.method)) return std::move(call).refuse(refusal(405, allowed_methods(target.route)));
  if (request.method == "OPTIONS") return answer_preflight(request, target.route, std::move(call));
  if (const auto refused = access_.check(request, target, call.token)) return std::move(call).refuse(refused->fault, refused->retry_after);
  dispatch(request, target, std::move(call));
}

void Gateway::Impl::dispatch(const HttpRequest& request, Target& target, Call call) {
  if (target.route == Route::table) {
    if (request.method == "POST") return post(request, target, std::move(call));
    return reads_.page(std::move(call), std::move(target.table), request.query());
  }
  if (target.route == Route::record) {
    if (request.method == "DELETE") return reads_.remove(std::move(call), std::move(target.table), std::move(target.key));
    return reads_.get(std::move(call), std::move(target.table), std::move(target.key));
  }
  respond(request, target.route, std::move(call));
}

// A stream; and a request with a large body that will be refused, so that nobody sends one to be told no.
bool Gateway::Impl::takes_stream(const HttpRequest& request) {
  const MediaType type = media_type_of(request);
  const bool is_large = request.header("content-length").size() > small_body_digits || !request.header("transfer-encoding").empty();
  const bool is_stream = request.method == "POST" && type == MediaType::ndjson;
  if (!is_stream && !is_large) return false;
  const Target target = parse_target(request.path());
  if (is_stream && target.route == Route::table) return true;
  if (target.route == Route::other || !allows(target.route, request.method) || access_.would_refuse(request, target)) return true;
  return target.route == Route::table && request.method == "POST" && (type == MediaType::other || coding_of(request) == Coding::other);
}

void Gateway::Impl::post(const HttpRequest& request, const Target& target, Call call) {
  const MediaType type = media_type_of(request);
  const Coding coding = coding_of(request);
  if (type == MediaType::other || coding == Coding::other) return std::move(call).refuse(refusal(415));
  if (type == MediaType::ndjson) {
    if (!request.header("idempotency-key").empty()) {
      return std::move(call).refuse(refusal(422, {}, "An Idempotency-Key is for one record; those of a stream can have ids of their own."));
    }
    return NdjsonStream::start(loop_, std::move(call), target.table, coding == Coding::gzip, {.record_bytes_max = options_.record_bytes_max});
  }
  if (coding == Coding::identity) return create(request, target, std::move(call), request.body);
  if (!committer_->has_room()) return std::move(call).refuse({Code::overloaded, "Too many records wait to be written.", {}}, Origin::request);
  const Result<std::string> body = net::gunzip(request.body, options_.body_bytes_max);
  if (!body) return std::move(call).refuse(body.error(), Origin::request);
  create(request, target, std::move(call), *body);
}

void Gateway::Impl::create(const HttpRequest& request, const Target& target, Call call, std::string_view body) {
  const Result<std::optional<IdempotencyKey>> key = idempotency_key_of(request);
  if (!key) return std::move(call).refuse(key.error(), Origin::request);
  std::optional<Uuid> id;
  if (*key) id = derived_id(call.token ? std::string_view(call.token->name) : std::string_view(), target.table, (*key)->text());
  creator_.create(std::move(call), target.table, body, id);
}

// ---- the others

void Gateway::Impl::respond(const HttpRequest& request, Route route, Call call) {
  switch (route) {
    case Route::healthz: return std::move(call).answer(net::text_response(200, "ok"));
    case Route::readyz: return tell_ready(std::move(call));
    case Route::metrics:
      if (!options_.has_metrics_route) break;
      return std::move(call).answer(net::metrics_response(request, *options_.registry));
    case Route::trace: return reads_.trace(std::move(call), {.version = options_.version, .trace = {}});
    case Route::openapi:
      return std::move(call).answer({.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = std::string(openapi_document())});
    default: break;
  }
  std::move(call).refuse(refusal(404));
}

void Gateway::Impl::tell_ready(Call call) const {
  const Pressure pressure = committer_->pressure();
  if (is_closing_) return std::move(call).refuse({Code::interrupted, "The server is stopping.", {}}, Origin::request);
  if (!pressure.store_answers) return std::move(call).refuse({Code::unavailable, "The store does not answer.", {}}, Origin::request);
  if (pressure.bytes >= pressure.bytes_max) return std::move(call).refuse({Code::overloaded, "Too many records wait to be written.", {}}, Origin::request);
  std::move(call).answer(net::text_response(200, "ready"));
}

// The Fetch standard's CORS protocol; without --cors-origin a plain list of methods.
void Gateway::Impl::answer_preflight(const HttpRequest& request, Route route, Call call) const {
  HttpResponse response{.status = 204, .headers = {{"Allow", std::string(allowed_methods(route))}}, .body = {}};
  if (!options_.cors_origins.empty() && !request.header("access-control-request-method").empty()) {
    response.headers.emplace_back("Access-Control-Allow-Methods", std::string(allowed_methods(route)));
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, Content-Encoding, Idempotency-Key, X-Request-Id, traceparent");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
  }
  std::move(call).answer(std::move(response));
}

net::HttpOptions Gateway::Impl::http_options() {
  net::HttpOptions options{.body_bytes_max = options_.body_bytes_max, .connections_max = options_.connections_max, .held_bytes_max = options_.queue_bytes_max, .close_within = options_.close_within};
  options.idle_when_closing = std::min(idle_when_closing, options_.close_within / 2);
  options.takes_stream = [this](const HttpRequest& request) noexcept { return takes_stream(request); };
  options.refusal = [this](int status) noexcept {
    request_metrics_.refused(status);
    const RequestContext context(request_ids_);
    HttpResponse response = problem_response(refusal(status), context.id());
    context.add_headers(response);
    return response;
  };
  return options;
}

// ---- Gateway

Gateway::Gateway(store::Store& writes, store::Store& reads, net::Loop& loop, GatewayOptions options)
    : impl_(std::make_unique<Impl>(writes, reads, loop, std::move(options))) {}
Gateway::~Gateway() = default;

net::HttpHandler Gateway::handler() {
  return [impl = impl_.get()](const HttpRequest& request, net::HttpReply reply) noexcept { impl->handle(request, std::move(reply)); };
}
net::HttpOptions Gateway::http_options() { return impl_->http_options(); }
void Gateway::set_tokens(std::optional<Tokens> tokens) { impl_->set_tokens(std::move(tokens)); }
void Gateway::begin_closing() { impl_->begin_closing(); }

}  // namespace millrace::gateway

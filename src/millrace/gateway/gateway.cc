// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/gateway.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "millrace/batch/batch_metrics.h"
#include "millrace/batch/record_metrics.h"
#include "millrace/gateway/call.h"
#include "millrace/gateway/committer.h"
#include "millrace/gateway/create.h"
#include "millrace/gateway/problem.h"
#include "millrace/gateway/route.h"
#include "millrace/net/serve_metrics.h"

namespace millrace::gateway {
namespace {

using net::HttpRequest;
using net::HttpResponse;

constexpr std::array<std::string_view, 5> known_methods{"GET", "HEAD", "POST", "DELETE", "OPTIONS"};

}  // namespace

class Gateway::Impl {
 public:
  Impl(store::Store& writes, store::Store& reads, net::Loop& loop, GatewayOptions options)
      : options_(std::move(options)),
        loop_(loop),
        request_metrics_(*options_.registry),
        committer_(writes, loop, {.queue_bytes_max = options_.queue_bytes_max, .store_wait = options_.store_wait, .store_changed = [](const Error* error) {
                     batch::RecordMetrics::global().store_up.set(error == nullptr ? 1 : 0);
                   }}),
        creator_(committer_, {options_.record_bytes_max}) {
    std::ignore = reads;
    batch::BatchMetrics::add_to_registry();
    const batch::RecordMetrics& metrics = batch::RecordMetrics::global();
    metrics.store_up.set(1);
    metrics.queue_bytes_limit.set(static_cast<double>(options_.queue_bytes_max));
    read_queue_ = telemetry::Registry::global().before_scrape(
        [this, bytes = metrics.queue_bytes] { bytes.set(static_cast<double>(committer_.pressure().bytes)); });
    for (std::size_t route = 0; route < routes_count; ++route) {
      for (const std::string_view method : known_methods) {
        route_metrics_[route].push_back(request_metrics_.route(method, to_string(static_cast<Route>(route)), {200, 201}));
      }
      route_metrics_[route].push_back(request_metrics_.route("other", to_string(static_cast<Route>(route))));
    }
  }

  void handle(const HttpRequest& request, net::HttpReply reply) noexcept;
  net::HttpOptions http_options() const;

 private:
  const telemetry::RouteMetrics& metrics_of(std::string_view method, Route route) const;
  void post(const HttpRequest& request, Call call, const Target& target);
  HttpResponse respond(const HttpRequest& request, Route route);

  const GatewayOptions options_;
  net::Loop& loop_;
  telemetry::RequestMetrics request_metrics_;
  std::array<std::vector<telemetry::RouteMetrics>, routes_count> route_metrics_;
  telemetry::ScrapeHook read_queue_;
  Committer committer_;
  Creator creator_;
};

const telemetry::RouteMetrics& Gateway::Impl::metrics_of(std::string_view method, Route route) const {
  const auto& of_route = route_metrics_[static_cast<std::size_t>(route)];
  for (std::size_t i = 0; i < known_methods.size(); ++i) {
    if (known_methods[i] == method) return of_route[i];
  }
  return of_route.back();
}

void Gateway::Impl::handle(const HttpRequest& request, net::HttpReply reply) noexcept {
  const Target target = parse_target(request.path());
  Call call(std::move(reply), metrics_of(request.method, target.route).begin(), std::string(request.header("x-request-id")));
  if (target.route == Route::other) return std::move(call).refuse(refusal(404));
  if (target.route == Route::table && request.method == "POST") return post(request, std::move(call), target);
  if (request.method != "GET" && request.method != "HEAD") return std::move(call).refuse(refusal(405, allowed_methods(target.route)));
  std::move(call).answer(respond(request, target.route));
}

void Gateway::Impl::post(const HttpRequest& request, Call call, const Target& target) {
  creator_.create(std::move(call), target.table, request.body, std::nullopt);
}

HttpResponse Gateway::Impl::respond(const HttpRequest& request, Route route) {
  switch (route) {
    case Route::metrics: return net::metrics_response(request, *options_.registry);
    default: return net::text_response(200, "ok");
  }
}

net::HttpOptions Gateway::Impl::http_options() const {
  return {.body_bytes_max = options_.body_bytes_max, .connections_max = options_.connections_max, .close_within = options_.close_within};
}

Gateway::Gateway(store::Store& writes, store::Store& reads, net::Loop& loop, GatewayOptions options)
    : impl_(std::make_unique<Impl>(writes, reads, loop, std::move(options))) {}
Gateway::~Gateway() = default;

net::HttpHandler Gateway::handler() {
  return [this](const HttpRequest& request, net::HttpReply reply) noexcept { impl_->handle(request, std::move(reply)); };
}
net::HttpOptions Gateway::http_options() const { return impl_->http_options(); }

}  // namespace millrace::gateway

// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/call.h"

#include <algorithm>

namespace millrace::gateway {
namespace {

constexpr std::size_t large_answer = 256 << 10;

std::string allowed_origin(const std::vector<std::string>& allowed, std::string_view origin) {
  if (allowed.empty() || origin.empty()) return {};
  if (std::ranges::find(allowed, "*") != allowed.end()) return "*";
  return std::ranges::find(allowed, origin) == allowed.end() ? "" : std::string(origin);
}

}  // namespace

struct Call::Line {
  std::string method;
  std::string path;
  std::string client;
  Route route;
  std::size_t bytes_in;
  std::chrono::steady_clock::time_point begin;
};

Call::Call(Desk& desk, const net::HttpRequest& request, Route route, net::HttpReply reply, telemetry::ActiveRequest active, RequestContext context)
    : desk_(&desk),
      reply_(std::move(reply)),
      active_(std::move(active)),
      context_(std::move(context)),
      allow_origin_(desk.cors_origins.empty() ? std::string() : allowed_origin(desk.cors_origins, request.header("origin"))) {
  if (desk.access_log == nullptr) return;
  line_ = std::make_shared<Line>(Line{.method = std::string(request.method),
                                      .path = std::string(request.path()),
                                      .client = reply_.client_address(),
                                      .route = route,
                                      .bytes_in = request.body.size(),
                                      .begin = std::chrono::steady_clock::now()});
}

void Call::add_headers(net::HttpResponse& response) const {
  context_.add_headers(response);
  if (desk_->cors_origins.empty()) return;
  response.headers.emplace_back("Vary", "Origin");
  if (allow_origin_.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", allow_origin_);
  response.headers.emplace_back("Access-Control-Expose-Headers", "Location, X-Request-Id, Idempotency-Replayed, Retry-After");
}

void Call::answer(net::HttpResponse response, std::uint64_t records) && {
  add_headers(response);
  if (line_) log(response.status, records, line_->bytes_in, response.body.size());
  std::move(active_).end(response.status);
  std::move(reply_).send(std::move(response));
}

void Call::answer_read(net::HttpResponse response, std::uint64_t records) && {
  if (response.body.size() <= large_answer || reply_.has_room(response.body.size())) return std::move(*this).answer(std::move(response), records);
  std::move(*this).refuse({Code::overloaded, "Too many answers wait for their clients.", {}}, Origin::request);
}

void Call::refuse(const Error& error, Origin origin) && {
  const Fault fault = fault_of(error, origin);
  if (origin == Origin::store) desk_->tell(context_.id(), fault, error);
  const std::chrono::seconds wait = fault.status == 503 ? desk_->committer.pressure().drains_in : std::chrono::seconds(1);
  std::move(*this).refuse(fault, wait);
}

void Call::refuse(const Fault& fault, std::chrono::seconds retry_after) && {
  net::HttpResponse response = problem_response(fault, context_.id(), retry_after);
  std::move(*this).answer(std::move(response));
}

void Call::ended(int status, std::uint64_t records, std::uint64_t bytes_in, std::uint64_t bytes_out) && {
  if (line_) log(status, records, bytes_in, bytes_out);
  std::move(active_).end(status);
}

void Call::log(int status, std::uint64_t records, std::uint64_t bytes_in, std::uint64_t bytes_out) const {
  desk_->access_log->write({.request_id = context_.id(),
                            .method = line_->method,
                            .route = to_string(line_->route),
                            .path = line_->path,
                            .status = status,
                            .bytes_in = bytes_in,
                            .bytes_out = bytes_out,
                            .duration = std::chrono::steady_clock::now() - line_->begin,
                            .client = line_->client,
                            .token = token ? std::string_view(token->name) : std::string_view(),
                            .trace_id = context_.trace_id(),
                            .records = records});
}

}  // namespace millrace::gateway

// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/request_context.h"

#include <algorithm>

#include "millrace/base/keyed_hash.h"

namespace millrace::gateway {
namespace {

constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's: none that looks like another
constexpr std::size_t flags_at = 53;                                     // 00-<32>-<16>-flags

void append_base32(std::string& out, std::uint64_t number, std::size_t least) {
  const std::size_t begin = out.size();
  for (; number != 0 || out.size() - begin < least; number >>= 5) out += digits[number & 31];
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

RequestIds::RequestIds() {
  const HashKey random = random_hash_key();
  append_base32(prefix_, random[0] & ((std::uint64_t{1} << 35) - 1), 7);
  span_ = random[1];
}

std::string RequestIds::next() {
  std::string id = prefix_;
  append_base32(id, ++count_, 0);
  return id;
}

telemetry::SpanId RequestIds::next_span() {
  span_ += 0x9e37'79b9'7f4a'7c15;  // odd: it comes round after 2^64
  if (span_ == 0) span_ = 1;
  telemetry::SpanId id;
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(span_ >> (8 * i));
  return id;
}

RequestContext::RequestContext(const net::HttpRequest& request, RequestIds& ids) {
  const std::string_view given = request.header("x-request-id");
  id_ = !given.empty() && given.size() <= id_bytes_max && is_visible(given) ? std::string(given) : ids.next();
  const std::string_view parent = request.header("traceparent");
  if (parent.empty()) return;
  const std::optional<telemetry::TraceContext> trace = telemetry::parse_traceparent(parent);
  if (!trace) return;
  trace_ = {trace->trace_id, ids.next_span()};
  std::copy_n(parent.begin() + flags_at, 2, flags_);
}

void RequestContext::add_headers(net::HttpResponse& response) const {
  response.headers.emplace_back("X-Request-Id", id_);
  if (!has_trace()) return;
  std::string parent = "00-" + telemetry::to_hex(trace_.trace_id) + "-" + telemetry::to_hex(trace_.span_id) + "-";
  parent.append(flags_, 2);
  response.headers.emplace_back("traceparent", std::move(parent));
}

}  // namespace millrace::gateway

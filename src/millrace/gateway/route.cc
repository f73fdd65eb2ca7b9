// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/route.h"

#include <optional>
#include <utility>

#include "millrace/base/percent.h"
#include "millrace/decode/utf8.h"
#include "millrace/record/record.h"

namespace millrace::gateway {
namespace {

constexpr std::string_view records_prefix = "/v1/";

struct Fixed {
  std::string_view path;
  Route route;
};
constexpr std::array<Fixed, 5> fixed_routes{{{"/healthz", Route::healthz},
                                             {"/readyz", Route::readyz},
                                             {"/metrics", Route::metrics},
                                             {"/openapi.json", Route::openapi},
                                             {"/debug/trace", Route::trace}}};

std::optional<std::string> text_of(std::string_view segment) {
  if (segment.find('%') == segment.npos && decode::is_utf8(segment)) return std::string(segment);
  std::optional<std::string> text = percent_decode(segment);
  if (text && !decode::is_utf8(*text)) text.reset();
  return text;
}

}  // namespace

std::string_view to_string(Route route) {
  switch (route) {
    case Route::table: return "/v1/{table}";
    case Route::record: return "/v1/{table}/{id}";
    case Route::healthz: return "/healthz";
    case Route::readyz: return "/readyz";
    case Route::metrics: return "/metrics";
    case Route::openapi: return "/openapi.json";
    case Route::trace: return "/debug/trace";
    case Route::other: return "other";
  }
  std::unreachable();
}

std::string_view allowed_methods(Route route) {
  switch (route) {
    case Route::table: return "GET, HEAD, POST, OPTIONS";
    case Route::record: return "GET, HEAD, DELETE, OPTIONS";
    default: return "GET, HEAD, OPTIONS";
  }
}

Target parse_target(std::string_view path) {
  for (const Fixed& fixed : fixed_routes) {
    if (path == fixed.path) return {fixed.route, {}, {}};
  }
  if (!path.starts_with(records_prefix)) return {};
  path.remove_prefix(records_prefix.size());
  const std::size_t slash = path.find('/');
  std::optional<std::string> table = text_of(path.substr(0, slash));
  if (!table || !check_table_name(*table)) return {};
  if (slash == path.npos) return {Route::table, *std::move(table), {}};
  const std::string_view rest = path.substr(slash + 1);
  std::optional<std::string> key = text_of(rest);
  if (!key || key->empty() || rest.find('/') != rest.npos) return {};
  return {Route::record, *std::move(table), *std::move(key)};
}

std::string query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name || equals == pair.npos) continue;
    return percent_decode(pair.substr(equals + 1)).value_or(std::string(pair.substr(equals + 1)));
  }
  return {};
}

}  // namespace millrace::gateway

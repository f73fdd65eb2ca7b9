// SPDX-License-Identifier: Apache-2.0
//
// What a request's path names.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::gateway {

enum class Route : std::uint8_t { table, record, healthz, readyz, metrics, openapi, trace, other };
inline constexpr std::size_t routes_count = 8;

// As metrics and logs call it: "/v1/{table}/{id}"; "other".
std::string_view to_string(Route route);
// Of a 405's Allow: "GET, HEAD, POST".
std::string_view allowed_methods(Route route);

struct Target {
  Route route = Route::other;
  std::string table;  // checked: contract.md, values
  std::string key;    // percent-decoded, not empty
};

// Of a path as the client wrote it, "/v1/post/7". A segment that is wrongly encoded, no table's name or no text makes it `other`.
Target parse_target(std::string_view path);

// The value of a parameter in "limit=50&after=x", percent-decoded; empty when it is absent. Of several the first.
std::string query_parameter(std::string_view query, std::string_view name);

}  // namespace millrace::gateway

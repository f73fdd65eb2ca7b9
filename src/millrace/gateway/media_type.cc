// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/media_type.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace millrace::gateway {

MediaType media_type_of(const net::HttpRequest& request) {
  std::string_view value = request.header("content-type");
  if (value == "application/json") return MediaType::json;
  if (value.empty()) return request.header("origin").empty() ? MediaType::json : MediaType::other;
  value = value.substr(0, value.find(';'));
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  std::string type(value);
  std::ranges::transform(type, type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array<std::string_view, 5> lines{"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines",
                                                  "application/jsonlines"};
  if (std::ranges::find(lines, type) != lines.end()) return MediaType::ndjson;
  if (type == "application/json" || type == "text/json") return MediaType::json;
  return type.starts_with("application/") && type.ends_with("+json") ? MediaType::json : MediaType::other;
}

}  // namespace millrace::gateway

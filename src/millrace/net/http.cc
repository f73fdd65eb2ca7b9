// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/http.h"

#include <algorithm>

namespace millrace::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_named(const HttpHeader& header, std::string_view name) { return std::ranges::equal(header.name, name, {}, lower, lower); }

// The absolute form is "http://host/path?query", or without the path.
std::string_view without_authority(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (scheme == target.npos || target.find_first_of("/?") < scheme) return target;
  const std::size_t end = target.find_first_of("/?", scheme + 3);
  return end == target.npos || target[end] == '?' ? "/" : target.substr(end);
}

}  // namespace

std::string_view HttpRequest::path() const {
  const std::string_view whole = without_authority(target);
  return whole.substr(0, whole.find('?'));
}

std::string_view HttpRequest::query() const {
  const std::size_t mark = target.find('?');
  return mark == target.npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const HttpHeader& header) { return is_named(header, name); });
  return found == headers.end() ? std::string_view() : found->value;
}

std::optional<std::string_view> HttpRequest::only(std::string_view name) const {
  const auto is_it = [&](const HttpHeader& header) { return is_named(header, name); };
  const auto found = std::ranges::find_if(headers, is_it);
  if (found == headers.end()) return std::string_view();
  if (std::find_if(found + 1, headers.end(), is_it) != headers.end()) return std::nullopt;
  return found->value;
}

std::string HttpRequest::list(std::string_view name) const {
  std::string joined;
  for (const HttpHeader& header : headers) {
    if (is_named(header, name)) joined.append(joined.empty() ? "" : ", ").append(header.value);
  }
  return joined;
}

HttpResponse text_response(int status, std::string_view text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(text) + "\n"};
}

}  // namespace millrace::net

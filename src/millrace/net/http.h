// SPDX-License-Identifier: Apache-2.0
//
// A request as an HTTP server hands it out, and the answer that it takes (RFC 9110, RFC 9112).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::net {

struct HttpHeader {
  std::string_view name;  // as the client wrote it
  std::string_view value;
};

// All of it is a view of what the server holds until the request is answered.
struct HttpRequest {
  std::string_view method;  // "GET"
  std::string_view target;  // as the client wrote it: "/metrics?name=x", or the absolute form of a proxy
  std::span<const HttpHeader> headers;
  std::string_view body;

  std::string_view path() const;   // of the target, still percent-encoded: "/metrics"
  std::string_view query() const;  // what stands behind '?': "name=x"
  // The value of the first header of that name, in whichever case; empty when there is none.
  std::string_view header(std::string_view name) const;
  // The same of a header that there may be one of; nothing when there are more, of which others may take another.
  std::optional<std::string_view> only(std::string_view name) const;
  // Of a header that is a list, as Accept is: the values of all of that name, joined with ", " (RFC 9110, section 5.3).
  std::string list(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  // Without those that the server writes: Date, Content-Length, Connection. Neither names nor values hold line breaks.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// text/plain, with a line break behind it.
HttpResponse text_response(int status, std::string_view text);

}  // namespace millrace::net

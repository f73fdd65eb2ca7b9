// SPDX-License-Identifier: Apache-2.0
//
// A URL as the WHATWG's URL Standard reads it, without a base: what browsers, and the engine's library, do to it.
//
//   parse_url("HTTP://User@Example.com:80/a/../b?q#f")  → scheme http, host example.com, path /b, query q, fragment f
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::surrealql {

struct Url {
  std::string scheme;
  std::optional<std::string> host;    // an IPv6 address with its brackets
  bool is_domain = false;             // the host is a name, not an address
  std::optional<std::uint16_t> port;  // the scheme's own is left out
  std::string path;
  std::optional<std::string> query;
  std::optional<std::string> fragment;
};
std::optional<Url> parse_url(std::string_view text);

// Of http, https, ws, wss and ftp.
std::optional<std::uint16_t> known_port(std::string_view scheme);

// A host as a special scheme (those above and file) has it: a domain in ASCII, an IPv4 address however it was written, or
// an IPv6 address in brackets. Otherwise an opaque one.
struct UrlHost {
  std::string text;
  bool is_domain = false;
};
std::optional<UrlHost> parse_url_host(std::string_view text, bool is_special);

// Appends `c` as it is, or as %XX when it is a control character, not ASCII, or in `more`.
void append_percent_encoded(std::string& out, char c, std::string_view more);

}  // namespace millrace::surrealql

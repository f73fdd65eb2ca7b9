// SPDX-License-Identifier: Apache-2.0
#include "millrace/net/listen_address.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace millrace::net {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail(Code::invalid_argument, fmt::format("'{}' is no address to listen on: {}", text, why));
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  constexpr std::string_view forms = "write PORT, HOST:PORT or [IPV6]:PORT";
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == text.npos ? std::string_view() : text.substr(0, colon);
  const std::string_view port_text = colon == text.npos ? text : text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == host.npos) return bad(text, "only an IPv6 address stands in brackets");
  } else if (host.find(':') != host.npos) {
    return bad(text, "an IPv6 address stands in brackets, as [::1]:9464");
  }
  if (host.find_first_of("[]/@ ") != host.npos || port_text.empty()) return bad(text, forms);
  const std::optional<std::uint16_t> port = parse_port(port_text);
  if (!port) return bad(text, fmt::format("'{}' is no port from 0 to 65535; {}", port_text, forms));
  return ListenAddress{host.empty() ? "127.0.0.1" : std::string(host), *port};
}

std::string to_string(const ListenAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", address.host, is_ipv6 ? "]" : "", address.port);
}

}  // namespace millrace::net

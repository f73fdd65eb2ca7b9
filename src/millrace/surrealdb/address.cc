// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealdb/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "millrace/base/percent.h"

namespace millrace::surrealdb {
namespace {

constexpr std::string_view url_form = "ws[s]://[user[:password]@]host[:8000][,host2…]/namespace/database";

struct Level {
  std::string_view name;
  AuthLevel level;
};
constexpr std::array levels = {Level{"root", AuthLevel::root}, Level{"namespace", AuthLevel::name_space},
                               Level{"database", AuthLevel::database}};

// The text before `separator`, which is removed from `rest` with it; all of it when there is no separator.
std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + separator.size());
  return taken;
}

// `what` names the part in the message, which never shows the text: it may be a password.
Result<std::string> decode_part(std::string_view text, std::string_view what) {
  std::optional<std::string> decoded = percent_decode(text);
  if (!decoded) return fail(Code::invalid_argument, fmt::format("the {} in the URL has a '%' that is no %XX", what));
  return *std::move(decoded);
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return fail(Code::invalid_argument,
                "the port in the URL is no number from 1 to 65535 (a '/', '?', '@' or '#' in a password is written "
                "%2F, %3F, %40, %23)");
  }
  return port;
}

// "host", "host:9000", "[::1]:9000"
Result<net::Endpoint> parse_endpoint(std::string_view text) {
  net::Endpoint endpoint{.host = "", .port = default_port, .tls = {}};
  std::string_view rest = text;
  if (rest.starts_with('[')) {
    if (rest.find(']') == std::string_view::npos)
      return fail(Code::invalid_argument, "a host in the URL has '[' without ']'");
    rest.remove_prefix(1);
    endpoint.host = take_until(rest, "]");
    if (!rest.empty() && !rest.starts_with(':')) {
      return fail(Code::invalid_argument, "a host in the URL has text behind its ']' that is no :port");
    }
  } else {
    Result<std::string> host = decode_part(rest.substr(0, rest.find(':')), "host");
    if (!host) return std::unexpected(std::move(host).error());
    endpoint.host = *std::move(host);
    rest.remove_prefix(std::min(rest.find(':'), rest.size()));
  }
  if (endpoint.host.empty()) return fail(Code::invalid_argument, fmt::format("the URL names no host: write {}", url_form));
  if (rest.empty()) return endpoint;
  Result<std::uint16_t> port = parse_port(rest.substr(1));
  if (!port) return std::unexpected(std::move(port).error());
  endpoint.port = *port;
  return endpoint;
}

Result<void> parse_user(std::string_view text, Address& address) {
  std::string_view rest = text;
  Result<std::string> user = decode_part(take_until(rest, ":"), "user");
  if (!user) return std::unexpected(std::move(user).error());
  Result<std::string> password = decode_part(rest, "password");
  if (!password) return std::unexpected(std::move(password).error());
  if (user->empty()) return fail(Code::invalid_argument, "the URL has an '@' but no user before it");
  address.user = *std::move(user);
  address.password = *std::move(password);
  return {};
}

Result<void> parse_path(std::string_view path, Address& address) {
  // An '@' here is most likely the end of a password with a '/' in it: say nothing of the text.
  if (path.find('@') != std::string_view::npos) {
    return fail(Code::invalid_argument,
                "the URL has an '@' behind its first '/': write %40 for '@' and %2F for '/' in a name or password");
  }
  std::string_view rest = path;
  Result<std::string> name_space = decode_part(take_until(rest, "/"), "namespace");
  if (!name_space) return std::unexpected(std::move(name_space).error());
  Result<std::string> database = decode_part(take_until(rest, "/"), "database");
  if (!database) return std::unexpected(std::move(database).error());
  if (name_space->empty() || database->empty() || !rest.empty()) {
    return fail(Code::invalid_argument, fmt::format("the URL has to end with /namespace/database: write {}", url_form));
  }
  address.name_space = *std::move(name_space);
  address.database = *std::move(database);
  return {};
}

Result<void> parse_option(std::string_view option, bool is_tls, Address& address) {
  std::string_view rest = option;
  const std::string_view name = take_until(rest, "=");
  Result<std::string> value = decode_part(rest, "query");
  if (!value) return std::unexpected(std::move(value).error());
  if (name == "auth") {
    const auto* const level = std::ranges::find(levels, *value, &Level::name);
    if (level == levels.end()) {
      return fail(Code::invalid_argument, fmt::format("auth={} is not known: write root, namespace or database", *value));
    }
    address.level = level->level;
    return {};
  }
  if (name == "ca") {
    if (!is_tls) return fail(Code::invalid_argument, "ca=FILE is for wss://, and the URL says ws://");
    for (net::Endpoint& endpoint : address.endpoints) endpoint.tls->ca_file = *value;
    return {};
  }
  return fail(Code::invalid_argument, fmt::format("the URL's option '{}' is not known: there are auth and ca", name));
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  std::string_view rest = url;
  const std::string_view scheme = take_until(rest, "://");
  if (scheme == "http" || scheme == "https") {
    return fail(Code::invalid_argument,
                fmt::format("{}:// is not supported, SurrealDB is written to over WebSocket: write {}", scheme,
                            redacted(fmt::format("{}://{}", scheme == "http" ? "ws" : "wss", rest))));
  }
  if (scheme != "ws" && scheme != "wss")
    return fail(Code::invalid_argument, fmt::format("no SurrealDB URL: write {}", url_form));
  const bool is_tls = scheme == "wss";

  const std::size_t query_at = rest.find('?');
  std::string_view query = query_at == std::string_view::npos ? std::string_view{} : rest.substr(query_at + 1);
  rest = rest.substr(0, query_at);
  std::string_view hosts = take_until(rest, "/");
  Address address;
  if (const std::size_t at = hosts.rfind('@'); at != std::string_view::npos) {
    if (Result<void> user = parse_user(hosts.substr(0, at), address); !user)
      return std::unexpected(std::move(user).error());
    hosts.remove_prefix(at + 1);
  }
  if (Result<void> path = parse_path(rest, address); !path) return std::unexpected(std::move(path).error());
  do {
    Result<net::Endpoint> endpoint = parse_endpoint(take_until(hosts, ","));
    if (!endpoint) return std::unexpected(std::move(endpoint).error());
    if (is_tls) endpoint->tls.emplace();
    address.endpoints.push_back(*std::move(endpoint));
  } while (!hosts.empty());
  while (!query.empty()) {
    if (Result<void> option = parse_option(take_until(query, "&"), is_tls, address); !option)
      return std::unexpected(std::move(option).error());
  }
  return address;
}

std::string redacted(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = url.rfind('@');  // the last: a password may hold one that should have been encoded
  if (at == std::string_view::npos || at < begin) return std::string(url);
  const std::size_t colon = url.find(':', begin);
  if (colon == std::string_view::npos || colon > at) return std::string(url);
  return fmt::format("{}:***{}", url.substr(0, colon), url.substr(at));
}

}  // namespace millrace::surrealdb

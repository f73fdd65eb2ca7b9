// SPDX-License-Identifier: Apache-2.0
#include "serve_arguments.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "commands.h"
#include "configuration.h"
#include "millrace/base/bytes.h"
#include "millrace/record/json.h"

namespace millrace::app {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t bytes_least = 1024;
constexpr std::uint64_t bytes_most = std::uint64_t{1} << 40;
constexpr std::uint64_t large_body_most = std::uint64_t{1} << 30;
constexpr milliseconds time_most = std::chrono::hours(24);

// Keeps the first fault of several flags.
class FlagReader {
 public:
  void bytes(const char* flag, const std::string& text, std::size_t& target) {
    const Result<std::uint64_t> value = parse_bytes(text);
    if (!value) return fault(flag, value.error().message);
    if (*value < bytes_least || *value > bytes_most) return fault(flag, fmt::format("'{}' is not between 1KiB and 1024GiB", text));
    target = *value;
  }
  void time(const char* flag, const std::string& text, milliseconds& target) {
    const Result<Duration> value = parse_duration(text);
    if (!value) return fault(flag, value.error().message);
    const auto longest = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time_most).count());
    if (value->seconds > longest) return fault(flag, fmt::format("'{}' is longer than a day", text));
    target = std::chrono::seconds(value->seconds) + std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(value->nanoseconds));
    if (target == milliseconds(0)) fault(flag, fmt::format("'{}' is no time to wait", text));
  }
  void fault(const char* flag, const std::string& words) {
    if (!error) error = Error{Code::invalid_argument, fmt::format("{}: {}", flag, words), {}};
  }

  std::optional<Error> error;
};

// By its address, or the one name that means it everywhere.
bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return host == "localhost";
}

// RFC 6454, section 6.2: a scheme, a host and perhaps a port; nothing behind them.
bool is_origin(std::string_view text) {
  if (text == "*" || text == "null") return true;
  const std::size_t host = text.find("://");
  if (host == text.npos || host == 0 || host + 3 == text.size()) return false;
  return std::ranges::all_of(text.substr(host + 3), [](char c) { return c > ' ' && c <= '~' && c != '/' && c != '?' && c != '#' && c != '@'; });
}

}  // namespace

void ServeArguments::add_to(CLI::App& command) {
  store.add_to(command, "--store", "Where the records are");
  command.add_option("--listen", listen, "PORT (on 127.0.0.1), HOST:PORT or [IPV6]:PORT; beyond this machine only with --tokens")
      ->capture_default_str()
      ->type_name("ADDR");
  command.add_option("--tokens", tokens, "Who may do what: NAME sha256:HEX RIGHTS TABLES [RATE] a line; read again on SIGHUP")->type_name("FILE");
  command.add_option("--tls-cert", tls_cert, "Speak TLS: the certificate and those behind it, PEM; read again on SIGHUP")->type_name("FILE");
  command.add_option("--tls-key", tls_key, "The certificate's key, PEM, without a password")->type_name("FILE");
  command.add_option("--queue", queue, "Records that may wait for the store; 503 beyond")->capture_default_str()->type_name("SIZE");
  command.add_option("--max-record", max_record, "The largest record; a larger one is refused")->capture_default_str()->type_name("SIZE");
  command.add_option("--max-body", max_body, "The largest body of a request, unless it is NDJSON, which has no end")->capture_default_str()->type_name("SIZE");
  command.add_option("--connections", connections, "Clients at once; one more takes the place of the one that is idle longest")
      ->capture_default_str()
      ->type_name("N")
      ->check(not_negative);
  command.add_option("--cors-origin", cors_origins, "Whose pages in a browser may use it: https://app.example, or *; repeatable")
      ->type_name("ORIGIN")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--wait", wait, "How long to wait for a store that fails, before clients are told")->capture_default_str()->type_name("TIME");
  command.add_option("--read-timeout", read_timeout, "How long a client may take to send a request; 408 then")->capture_default_str()->type_name("TIME");
  command.add_option("--stop-within", stop_within, "On SIGTERM: how long to finish what was accepted")->capture_default_str()->type_name("TIME");
  command.add_option("--access-log", access_log, "A line for each request, as JSON; '-' is standard output. Opened anew on SIGHUP")->type_name("FILE");
  metrics.add_to(command);
  trace.add_to(command);
  command.add_option("--config", config, "A file of these flags, as TOML: listen = \"0.0.0.0:8080\"")->type_name("FILE")->configurable(false);
  command.footer("Each flag may also come from the environment, as in MILLRACE_MAX_RECORD=2MiB, or from the file of --config, max-record = \"2MiB\":\n"
                 "the command line beats the environment, which beats the file.\n"
                 "Exit status: 0 stopped by SIGTERM or SIGINT; 2 a flag is wrong; 3 the store cannot be had.");
}

Result<ServeOptions> read_arguments(const ServeArguments& arguments) {
  ServeOptions options;
  FlagReader read;
  const Result<net::ListenAddress> address = net::parse_listen_address(arguments.listen);
  if (address) {
    options.address = *address;
  } else {
    read.fault("--listen", address.error().message);
  }
  if (address && arguments.tokens.empty() && !is_loopback(address->host)) {
    read.fault("--listen", fmt::format("{} can be reached from other machines, and without --tokens everybody there may write: give --tokens FILE, or listen on 127.0.0.1",
                                       arguments.listen));
  }
  if (arguments.tls_cert.empty() != arguments.tls_key.empty()) read.fault("--tls-cert, --tls-key", "a certificate and its key go together");
  if (!arguments.tls_cert.empty()) options.tls = net::TlsFiles{arguments.tls_cert, arguments.tls_key};
  gateway::GatewayOptions& gateway = options.gateway;
  read.bytes("--queue", arguments.queue, gateway.queue_bytes_max);
  read.bytes("--max-record", arguments.max_record, gateway.record_bytes_max);
  read.bytes("--max-body", arguments.max_body, gateway.body_bytes_max);
  gateway.body_bytes_max = std::max(gateway.body_bytes_max, gateway.record_bytes_max);
  if (gateway.record_bytes_max > gateway.queue_bytes_max) read.fault("--max-record", "a record that is larger than --queue would never find room");
  if (gateway.body_bytes_max > large_body_most) read.fault("--max-record, --max-body", "more than 1GiB is too much for one body; application/x-ndjson has no limit");
  if (arguments.connections == 0) read.fault("--connections", "0 would let nobody in");
  gateway.connections_max = arguments.connections;
  for (const std::string& origin : arguments.cors_origins) {
    if (!is_origin(origin)) read.fault("--cors-origin", fmt::format("'{}' is no origin: write https://app.example, or *", origin));
  }
  gateway.cors_origins = arguments.cors_origins;
  read.time("--wait", arguments.wait, gateway.store_wait);
  read.time("--read-timeout", arguments.read_timeout, options.read_timeout);
  read.time("--stop-within", arguments.stop_within, gateway.close_within);
  gateway.has_metrics_route = !arguments.metrics.is_asked_for();
  if (read.error) return std::unexpected(*std::move(read.error));
  return options;
}

}  // namespace millrace::app

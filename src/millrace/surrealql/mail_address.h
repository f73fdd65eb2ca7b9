// SPDX-License-Identifier: Apache-2.0
//
// Domain names, mail addresses and IP addresses, as strictly as the engine's parsers take them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::surrealql {

// Labels of letters, digits, hyphens inside, and anything that is not ASCII; at most 63 bytes each and 253 together; the
// last one not of digits only, and perhaps with a '.' behind it.
bool is_domain_name(std::string_view text);

struct MailAddress {
  std::string_view user;  // with its quotes
  std::string_view host;  // a domain name, or an IP address without its brackets
};
std::optional<MailAddress> parse_mail_address(std::string_view text);

// Four decimal numbers without leading zeros.
std::optional<std::uint32_t> parse_ipv4(std::string_view text);
// RFC 4291 section 2.2: eight groups, "::" for one or more of zero, perhaps an IPv4 address in place of the last two.
std::optional<std::array<std::uint16_t, 8>> parse_ipv6(std::string_view text);

// Crockford's base 32: 26 characters, in any case. The milliseconds since 1970 that it begins with.
std::optional<std::uint64_t> parse_ulid_milliseconds(std::string_view text);

}  // namespace millrace::surrealql

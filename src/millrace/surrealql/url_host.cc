// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unicode/uidna.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "millrace/surrealql/mail_address.h"
#include "millrace/surrealql/url.h"

namespace millrace::surrealql {
namespace {

constexpr std::string_view forbidden_in_host = "\0\t\n\r #/:<>?@[\\]^|";
constexpr std::string_view forbidden_host_characters(forbidden_in_host.data(), 17);

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2])));
      at += 2;
    } else {
      out.push_back(text[at]);
    }
  }
  return out;
}

// UTS 46 as the URL Standard has it: not transitional, bidi and joiners checked, lengths and hyphens not.
std::optional<std::string> to_ascii(std::string_view domain) {
  const bool is_ascii = std::ranges::all_of(domain, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::string lower(domain);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  if (is_ascii && !lower.contains("xn--")) return lower;
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<UIDNA, decltype(&uidna_close)> idna(
      uidna_openUTS46(
          UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ,
          &error),
      &uidna_close);
  if (U_FAILURE(error)) return std::nullopt;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::string out(domain.size() * 4 + 64, '\0');
  const std::int32_t size = uidna_nameToASCII_UTF8(idna.get(), domain.data(), static_cast<std::int32_t>(domain.size()),
                                                   out.data(), static_cast<std::int32_t>(out.size()), &info, &error);
  constexpr std::uint32_t ignored = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                    UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
  if (U_FAILURE(error) || (info.errors & ~ignored) != 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// Decimal, 0x hexadecimal, or octal with a leading 0; "0x" is 0.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = hex_value(c);
    if (digit < 0 || digit >= base) return std::nullopt;
    value = std::min<std::uint64_t>(value * static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(digit),
                                    std::uint64_t{1} << 40);
  }
  return value;
}

std::vector<std::string_view> parts_of(std::string_view host) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t dot = host.find('.');
    parts.push_back(host.substr(0, dot));
    if (dot == std::string_view::npos) break;
    host.remove_prefix(dot + 1);
  }
  if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

// Whether it is to be an address: its last part is a number.
bool ends_in_number(std::string_view host) {
  const std::string_view last = parts_of(host).back();
  return (!last.empty() && std::ranges::all_of(last, is_digit)) ||
         ((last.starts_with("0x") || last.starts_with("0X")) && ipv4_number(last));
}

std::optional<std::string> ipv4_text(std::string_view host) {
  const auto parts = parts_of(host);
  if (parts.size() > 4) return std::nullopt;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = ipv4_number(parts[i]);
    const bool is_last = i + 1 == parts.size();
    // The last number fills what is left of 32 bits.
    const std::uint64_t limit = is_last ? std::uint64_t{1} << (8 * (5 - parts.size())) : 256;
    if (!number || *number >= limit) return std::nullopt;
    address += is_last ? *number : *number << (8 * (3 - i));
  }
  return fmt::format("{}.{}.{}.{}", address >> 24 & 255, address >> 16 & 255, address >> 8 & 255, address & 255);
}

// RFC 5952: the longest run of two zero groups or more, the first of equals, is "::".
std::string ipv6_text(const std::array<std::uint16_t, 8>& groups) {
  std::size_t best = 8;
  std::size_t best_size = 1;
  for (std::size_t at = 0; at < 8; ++at) {
    std::size_t size = 0;
    while (at + size < 8 && groups[at + size] == 0) ++size;
    if (size > best_size) {
      best = at;
      best_size = size;
    }
  }
  std::string out = "[";
  for (std::size_t at = 0; at < 8; ++at) {
    if (at == best) {
      out += at == 0 ? "::" : ":";
      at += best_size - 1;
      continue;
    }
    out += fmt::format("{:x}", groups[at]);
    if (at < 7) out.push_back(':');
  }
  return out + "]";
}

}  // namespace

std::optional<UrlHost> parse_url_host(std::string_view text, bool is_special) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return std::nullopt;
    const auto address = parse_ipv6(text.substr(1, text.size() - 2));
    return address ? std::optional(UrlHost{.text = ipv6_text(*address)}) : std::nullopt;
  }
  const auto is_forbidden = [](char c) { return forbidden_host_characters.contains(c); };
  if (!is_special) {
    if (std::ranges::any_of(text, is_forbidden)) return std::nullopt;
    UrlHost host{.is_domain = true};
    for (const char c : text) append_percent_encoded(host.text, c, "");
    return host;
  }
  const auto domain = to_ascii(percent_decoded(text));
  const auto is_never = [&](char c) {
    return is_forbidden(c) || c == '%' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  if (!domain || domain->empty() || std::ranges::any_of(*domain, is_never)) return std::nullopt;
  if (!ends_in_number(*domain)) return UrlHost{.text = *domain, .is_domain = true};
  auto address = ipv4_text(*domain);
  return address ? std::optional(UrlHost{.text = std::move(*address)}) : std::nullopt;
}

}  // namespace millrace::surrealql

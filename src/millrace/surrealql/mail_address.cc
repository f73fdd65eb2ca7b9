// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/mail_address.h"

#include <algorithm>

namespace millrace::surrealql {
namespace {

constexpr std::size_t label_bytes_max = 63;
constexpr std::size_t domain_bytes_max = 253;
constexpr std::size_t address_bytes_max = 254;
constexpr std::size_t user_bytes_max = 65;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

bool is_label(std::string_view label) {
  const auto is_end = [](char c) { return is_letter(c) || is_digit(c) || !is_ascii(c); };
  if (label.empty() || label.size() > label_bytes_max || !is_end(label.front()) || !is_end(label.back())) return false;
  return std::ranges::all_of(label, [&](char c) { return is_end(c) || c == '-'; });
}

bool is_user_character(char c) {
  return is_letter(c) || is_digit(c) || !is_ascii(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
}

bool is_user(std::string_view user) {
  if (user.empty() || user.size() > user_bytes_max) return false;
  if (std::string_view("(),:;<>@[\\]").contains(user.front())) {  // as the engine's library has it: its first character may be one of these
    return user.back() != '.' && !user.contains("..") && std::ranges::all_of(user.substr(1), [](char c) { return is_user_character(c) || c == '.'; });
  }
  if (user.front() != '"') {
    if (user.front() == '.' || user.back() == '.' || user.contains("..")) return false;
    return std::ranges::all_of(user, [](char c) { return is_user_character(c) || c == '.'; });
  }
  if (user.size() < 3 || user.back() != '"') return false;
  return std::ranges::all_of(user.substr(1, user.size() - 2), [](char c) {
    return is_user_character(c) || std::string_view(" \"(),.:;<>@[\\]").contains(c);
  });
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// Groups of up to four hexadecimal digits with ':' between them; the last two may be an IPv4 address. How many, or nothing.
std::optional<std::size_t> read_groups(std::string_view text, std::array<std::uint16_t, 8>& out) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && group.contains('.')) {
      const auto four = parse_ipv4(group);
      if (!four || count > 6) return std::nullopt;
      out[count++] = static_cast<std::uint16_t>(*four >> 16);
      out[count++] = static_cast<std::uint16_t>(*four);
      return count;
    }
    if (group.empty() || group.size() > 4 || count == 8) return std::nullopt;
    unsigned value = 0;
    for (const char c : group) {
      if (hex_value(c) < 0) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(hex_value(c));
    }
    out[count++] = static_cast<std::uint16_t>(value);
    if (colon == std::string_view::npos) return count;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // a ':' at the end
  }
  return count;
}

}  // namespace

bool is_domain_name(std::string_view text) {
  if (text.size() > domain_bytes_max) return false;
  if (text.ends_with('.')) text.remove_suffix(1);
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) return !std::ranges::all_of(label, is_digit);
    text.remove_prefix(dot + 1);
  }
}

std::optional<MailAddress> parse_mail_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > address_bytes_max) return std::nullopt;
  MailAddress address{.user = text.substr(0, at), .host = text.substr(at + 1)};
  if (!is_user(address.user)) return std::nullopt;
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
    if (!parse_ipv4(address.host) && !parse_ipv6(address.host)) return std::nullopt;
    return address;
  }
  if (!is_domain_name(address.host)) return std::nullopt;
  return address;
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos || dot == 0 || dot > 3) return std::nullopt;
    const std::string_view digits = text.substr(0, dot);
    if (!std::ranges::all_of(digits, is_digit) || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
    if (value > 255) return std::nullopt;
    address = address << 8 | value;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return address;
}

std::optional<std::array<std::uint16_t, 8>> parse_ipv6(std::string_view text) {
  std::array<std::uint16_t, 8> address{};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = read_groups(text, address);
    if (!count || *count != 8) return std::nullopt;
    return address;
  }
  std::array<std::uint16_t, 8> behind{};
  if (text.substr(0, gap).contains('.')) return std::nullopt;
  const auto before_count = read_groups(text.substr(0, gap), address);
  const auto behind_count = read_groups(text.substr(gap + 2), behind);
  if (!before_count || !behind_count || *before_count + *behind_count > 7) return std::nullopt;
  std::copy_n(behind.begin(), *behind_count, address.end() - static_cast<std::ptrdiff_t>(*behind_count));
  return address;
}

std::optional<std::uint64_t> parse_ulid_milliseconds(std::string_view text) {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  if (text.size() != 26) return std::nullopt;
  std::uint64_t milliseconds = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char upper = is_letter(text[i]) ? static_cast<char>(text[i] & ~0x20) : text[i];
    const std::size_t value = alphabet.find(upper);
    if (value == std::string_view::npos) return std::nullopt;
    if (i < 10) milliseconds = milliseconds << 5 | value;
  }
  return milliseconds & ((std::uint64_t{1} << 48) - 1);  // 50 bits are written, and the first two ignored
}

}  // namespace millrace::surrealql

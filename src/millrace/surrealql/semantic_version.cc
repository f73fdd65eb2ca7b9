// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/semantic_version.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace millrace::surrealql {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(std::string_view text) { return std::ranges::all_of(text, is_digit); }

// A number without leading zeros, up to 64 bits, is taken from the front of `text`.
bool take_number(std::string_view& text, std::uint64_t& out) {
  const std::size_t size = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  if (size == 0 || (size > 1 && text[0] == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, out);
  text.remove_prefix(size);
  return error == std::errc();
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Identifiers of [0-9A-Za-z-] with dots between them, none empty.
bool are_identifiers(std::string_view text, bool may_have_leading_zeros) {
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view one = text.substr(0, dot);
    const bool is_plain = std::ranges::all_of(
        one, [](char c) { return is_digit(c) || c == '-' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); });
    if (one.empty() || !is_plain) return false;
    if (!may_have_leading_zeros && one.size() > 1 && one[0] == '0' && is_number(one)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::strong_ordering compare_identifiers(std::string_view a, std::string_view b) {
  if (is_number(a) != is_number(b)) return is_number(a) ? std::strong_ordering::less : std::strong_ordering::greater;
  if (!is_number(a)) return a <=> b;
  const auto without_zeros = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  const std::string_view a_digits = without_zeros(a);
  const std::string_view b_digits = without_zeros(b);
  if (a_digits.size() != b_digits.size()) return a_digits.size() <=> b_digits.size();
  if (a_digits != b_digits) return a_digits <=> b_digits;
  return a.size() <=> b.size();
}

// Identifier by identifier; of two that begin the same, the longer is greater.
std::strong_ordering compare_lists(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::size_t a_size = std::min(a.find('.'), a.size());
    const std::size_t b_size = std::min(b.find('.'), b.size());
    const auto order = compare_identifiers(a.substr(0, a_size), b.substr(0, b_size));
    if (order != 0) return order;
    a.remove_prefix(std::min(a_size + 1, a.size()));
    b.remove_prefix(std::min(b_size + 1, b.size()));
  }
  return a.size() <=> b.size();
}

}  // namespace

std::string SemanticVersion::text() const {
  std::string out = fmt::format("{}.{}.{}", major, minor, patch);
  if (!pre_release.empty()) out.append("-").append(pre_release);
  if (!build.empty()) out.append("+").append(build);
  return out;
}

std::optional<SemanticVersion> parse_semantic_version(std::string_view text) {
  SemanticVersion version;
  if (!take_number(text, version.major) || !take(text, '.') || !take_number(text, version.minor) || !take(text, '.') ||
      !take_number(text, version.patch)) {
    return std::nullopt;
  }
  if (take(text, '-')) {
    version.pre_release = text.substr(0, text.find('+'));
    text.remove_prefix(version.pre_release.size());
    if (!are_identifiers(version.pre_release, false)) return std::nullopt;
  }
  if (take(text, '+')) {
    version.build = text;
    text = {};
    if (!are_identifiers(version.build, true)) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return version;
}

std::strong_ordering compare_versions(const SemanticVersion& a, const SemanticVersion& b) {
  if (const auto order = a.major <=> b.major; order != 0) return order;
  if (const auto order = a.minor <=> b.minor; order != 0) return order;
  if (const auto order = a.patch <=> b.patch; order != 0) return order;
  // A release is greater than what came before it.
  if (a.pre_release.empty() != b.pre_release.empty()) return a.pre_release.empty() <=> b.pre_release.empty();
  if (const auto order = compare_lists(a.pre_release, b.pre_release); order != 0) return order;
  return compare_lists(a.build, b.build);
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/url.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace millrace::surrealql {
namespace {

// The standard's percent-encode sets, beyond control characters and what is not ASCII.
constexpr std::string_view fragment_set = " \"<>`";
constexpr std::string_view query_set = " \"#<>";
constexpr std::string_view special_query_set = " \"#<>'";
constexpr std::string_view path_set = " \"#<>?`{}";

constexpr bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool is_special(std::string_view scheme) { return scheme == "file" || known_port(scheme).has_value(); }

std::string encoded(std::string_view text, std::string_view set) {
  std::string out;
  for (const char c : text) append_percent_encoded(out, c, set);
  return out;
}

// Without control characters and spaces at the ends, and without tabs and line ends anywhere.
std::string stripped(std::string_view text) {
  const auto is_kept = [](char c) { return static_cast<unsigned char>(c) > ' '; };
  while (!text.empty() && !is_kept(text.front())) text.remove_prefix(1);
  while (!text.empty() && !is_kept(text.back())) text.remove_suffix(1);
  std::string out(text);
  std::erase_if(out, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  return out;
}

bool is_one_of(std::string_view segment, std::initializer_list<std::string_view> forms) {
  return std::ranges::any_of(forms, [&](std::string_view form) {
    return segment.size() == form.size() && std::ranges::equal(segment, form, {}, lower);
  });
}

bool is_drive(std::string_view segment) {
  return segment.size() == 2 && is_letter(segment[0]) && (segment[1] == ':' || segment[1] == '|');
}

// Segments with dots worked out: "/a/../b/." is "/b/".
std::string normal_path(std::string_view text, bool is_special_scheme, bool is_file) {
  std::vector<std::string> segments;
  const std::string_view slashes = is_special_scheme ? "/\\" : "/";
  if (!text.empty() && slashes.contains(text[0])) text.remove_prefix(1);
  for (bool is_last = false; !is_last;) {
    const std::size_t slash = text.find_first_of(slashes);
    is_last = slash == std::string_view::npos;
    const std::string_view segment = text.substr(0, slash);
    if (!is_last) text.remove_prefix(slash + 1);
    if (is_one_of(segment, {"..", ".%2e", "%2e.", "%2e%2e"})) {
      if (!segments.empty() && !is_drive(segments.back())) segments.pop_back();  // for any scheme, as the library has it
      if (is_last) segments.emplace_back();
    } else if (is_one_of(segment, {".", "%2e"})) {
      if (is_last) segments.emplace_back();
    } else {
      std::string one = encoded(segment, path_set);
      if (is_file && segments.empty() && is_drive(segment)) one[1] = ':';
      segments.push_back(std::move(one));
    }
  }
  std::string path;
  for (const std::string& segment : segments) path.append("/").append(segment);
  return path;
}

// user:password@host:port. False when it is none.
bool read_authority(std::string_view text, Url& url, bool is_special_scheme) {
  const std::size_t at = text.rfind('@');
  const bool has_user = at != std::string_view::npos;
  if (has_user) text.remove_prefix(at + 1);
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? text.size() : bracket);
  const std::string_view host_text = text.substr(0, colon);
  const bool has_port = colon != std::string_view::npos;
  if (host_text.empty()) {
    return !is_special_scheme && !has_user && !has_port;
  }
  auto host = parse_url_host(host_text, is_special_scheme);
  if (!host) return false;
  url.host = std::move(host->text);
  url.is_domain = host->is_domain;
  if (!has_port || colon + 1 == text.size()) return true;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  if (!std::ranges::all_of(digits, is_digit)) return false;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), port).ec != std::errc()) return false;
  if (known_port(url.scheme) != port) url.port = port;
  return true;
}

bool is_port_before(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  return colon != std::string_view::npos && std::ranges::all_of(authority.substr(colon + 1), is_digit);
}

// What stands between "file:" and the query: perhaps //host, then the path.
bool read_file(std::string_view rest, Url& url) {
  const auto is_slash = [&](std::size_t at) { return at < rest.size() && (rest[at] == '/' || rest[at] == '\\'); };
  if (is_slash(0) && is_slash(1)) {
    rest.remove_prefix(2);
    const std::string_view host_text = rest.substr(0, rest.find_first_of("/\\"));
    if (!host_text.empty() && !is_drive(host_text)) {
      auto host = parse_url_host(host_text, true);
      if (!host) return false;
      if (host->text != "localhost") {
        url.host = std::move(host->text);
        url.is_domain = host->is_domain;
      }
      rest.remove_prefix(host_text.size());
    }
  }
  url.path = normal_path(rest, true, true);
  if (is_drive(url.path.substr(std::min<std::size_t>(url.path.size(), 1), 2)) &&
      (url.path.size() == 3 || url.path[3] == '/'))
    url.host.reset();
  return true;
}

}  // namespace

std::optional<std::uint16_t> known_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  if (scheme == "ftp") return 21;
  return std::nullopt;
}

void append_percent_encoded(std::string& out, char c, std::string_view more) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f && !more.contains(c)) {
    out.push_back(c);
    return;
  }
  out.push_back('%');
  out.push_back("0123456789ABCDEF"[byte >> 4]);
  out.push_back("0123456789ABCDEF"[byte & 0xf]);
}

std::optional<Url> parse_url(std::string_view text) {
  const std::string input = stripped(text);
  std::string_view rest = input;
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(rest[0])) return std::nullopt;
  Url url;
  for (const char c : rest.substr(0, colon)) {
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
    url.scheme.push_back(lower(c));
  }
  rest.remove_prefix(colon + 1);
  const bool is_special_scheme = is_special(url.scheme);
  if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    url.fragment = encoded(rest.substr(hash + 1), fragment_set);
    rest = rest.substr(0, hash);
  }
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = encoded(rest.substr(mark + 1), is_special_scheme ? special_query_set : query_set);
    rest = rest.substr(0, mark);
  }
  if (url.scheme == "file") return read_file(rest, url) ? std::optional(std::move(url)) : std::nullopt;
  const std::string_view slashes = is_special_scheme ? "/\\" : "/";
  if (is_special_scheme) {
    rest.remove_prefix(std::min(rest.find_first_not_of(slashes), rest.size()));
  } else if (rest.starts_with("//")) {
    rest.remove_prefix(2);
  } else {
    url.path = rest.starts_with('/') ? normal_path(rest, false, false) : encoded(rest, "");
    return url;
  }
  std::size_t path = std::min(rest.find_first_of(slashes), rest.size());
  // Where a port ends with a backslash, the library lets a path begin for any scheme.
  const std::size_t port_end = rest.substr(0, path).find('\\');
  if (port_end != std::string_view::npos && is_port_before(rest.substr(0, port_end))) path = port_end;
  if (!read_authority(rest.substr(0, path), url, is_special_scheme)) return std::nullopt;
  rest.remove_prefix(path);
  if (!rest.empty() || is_special_scheme) url.path = normal_path(rest, is_special_scheme, false);
  return url;
}

}  // namespace millrace::surrealql

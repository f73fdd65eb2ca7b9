// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/tokens.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "millrace/base/file.h"
#include "millrace/gateway/sha256.h"
#include "millrace/record/record.h"

namespace millrace::gateway {
namespace {

constexpr std::string_view spaces = " \t\r";
constexpr std::size_t name_bytes_max = 64;
constexpr std::uint32_t rate_max = 1'000'000'000;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Cuts the next word off, or the next part before a comma.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(spaces));
  text.remove_prefix(word.size());
  return word;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != line.npos; at = line.find('#', at + 1)) {
    if (at == 0 || spaces.contains(line[at - 1])) return line.substr(0, at);
  }
  return line;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool read_digest(std::string_view text, Sha256& digest) {
  constexpr std::string_view prefix = "sha256:";
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  if (text.size() != 2 * digest.size()) return false;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

// One line's words. What they say of a wrong one shows neither a digest nor what may be a token in its place.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  // Empty when all is well.
  std::string read(Token& token, Sha256& digest) {
    token.name = next_word(rest_);
    if (token.name.size() > name_bytes_max || !std::ranges::all_of(token.name, [](char c) { return is_letter_or_digit(c) || std::string_view("_.-").contains(c); })) {
      return fmt::format("a token's name has at most {} letters, digits, '_', '.' and '-'", name_bytes_max);
    }
    if (!read_digest(next_word(rest_), digest)) return fmt::format("token {}: sha256: and 64 hex digits have to come second", token.name);
    std::string wrong = read_rights(token);
    if (wrong.empty()) wrong = read_tables(token);
    if (wrong.empty()) wrong = read_rate(token);
    if (wrong.empty() && !next_word(rest_).empty()) wrong = "there is more on the line than NAME sha256:HEX RIGHTS TABLES [RATE]";
    return wrong.empty() ? "" : fmt::format("token {}: {}", token.name, wrong);
  }

 private:
  std::string read_rights(Token& token) {
    for (const std::string_view word : split_at_commas(next_word(rest_))) {
      if (word == "all") {
        token.rights = (1u << rights_count) - 1;
        continue;
      }
      std::size_t i = 0;
      while (i < rights_count && word != to_string(static_cast<Right>(i))) ++i;
      if (i == rights_count) return fmt::format("'{}' is no right: there are create, read, delete, metrics, trace and all", word);
      token.rights |= static_cast<std::uint8_t>(1u << i);
    }
    return "";
  }

  std::string read_tables(Token& token) {
    for (const std::string_view word : split_at_commas(next_word(rest_))) {
      if (word == "*") {
        token.all_tables = true;
      } else if (const Result<void> checked = check_table_name(word); !checked) {
        return fmt::format("{}; tables are names between commas, or *", checked.error().message);
      } else {
        token.tables.emplace_back(word);
      }
    }
    if (token.all_tables) token.tables.clear();
    std::ranges::sort(token.tables);
    return "";
  }

  std::string read_rate(Token& token) {
    const std::string_view word = next_word(rest_);
    if (word.empty()) return "";
    Rate rate;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), rate.records);
    const std::string_view unit(end, word.data() + word.size());
    if (error != std::errc() || rate.records == 0 || rate.records > rate_max || (unit != "/s" && unit != "/m")) {
      return fmt::format("'{}' is no rate: records in a second or a minute, as in 100/s or 6000/m", word);
    }
    rate.seconds = unit == "/m" ? 60 : 1;
    token.rate = rate;
    return "";
  }

  std::string_view rest_;
};

// Token68 (RFC 9110, section 11.2; RFC 6750 calls it b64token).
bool is_token68(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || std::string_view("-._~+/").contains(c); });
}

// What stands behind "Bearer", in whichever case (RFC 9110, section 11.1); empty when that is nothing.
std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer";
  if (authorization.size() <= scheme.size() || authorization[scheme.size()] != ' ') return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((authorization[i] | 0x20) != scheme[i]) return {};
  }
  authorization.remove_prefix(scheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return is_token68(authorization) ? authorization : std::string_view();
}

}  // namespace

std::string_view to_string(Right right) {
  switch (right) {
    case Right::create: return "create";
    case Right::read: return "read";
    case Right::remove: return "delete";
    case Right::metrics: return "metrics";
    case Right::trace: return "trace";
  }
  std::unreachable();
}

bool Token::covers(std::string_view table) const { return all_tables || std::ranges::binary_search(tables, table); }

Result<Tokens> Tokens::parse(std::string_view text, std::string_view source) {
  Tokens tokens;
  std::unordered_map<std::string, std::uint64_t> lines_by_name;
  std::unordered_map<std::string, std::string> names_by_digest;
  Place place{.source = std::string(source)};
  while (!text.empty()) {
    ++place.line;
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view words = without_comment(line);
    if (words.find_first_not_of(spaces) == words.npos) continue;
    Token token;
    Digest digest;
    if (std::string wrong = LineReader(words).read(token, digest); !wrong.empty()) return fail(Code::invalid_argument, std::move(wrong), place);
    if (const auto [same, is_new] = lines_by_name.emplace(token.name, place.line); !is_new) {
      return fail(Code::invalid_argument, fmt::format("token {} is in line {} already", token.name, same->second), place);
    }
    const std::string key(digest.begin(), digest.end());
    if (const auto [same, is_new] = names_by_digest.emplace(key, token.name); !is_new) {
      return fail(Code::invalid_argument, fmt::format("token {} has the digest of token {}", token.name, same->second), place);
    }
    tokens.tokens_.push_back(std::move(token));
    tokens.digests_.push_back(digest);
  }
  if (tokens.tokens_.empty()) return fail(Code::invalid_argument, "there is no token in it", {.source = std::string(source)});
  return tokens;
}

Result<Tokens> Tokens::read(const std::string& path) {
  const Result<std::string> text = read_small_file(path, file_bytes_max);
  if (!text) return std::unexpected(text.error());
  Result<Tokens> tokens = parse(*text, path);
  if (!tokens) return tokens;
  struct stat status {};
  tokens->is_readable_by_others_ = ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
  return tokens;
}

const Token* Tokens::find(std::string_view authorization) const {
  const std::string_view secret = bearer(authorization);
  if (secret.empty()) return nullptr;
  const Sha256 digest = sha256({secret});
  std::size_t found = tokens_.size();  // of all of them, without a branch that depends on it
  for (std::size_t i = 0; i < digests_.size(); ++i) {
    const bool is_same = CRYPTO_memcmp(digests_[i].data(), digest.data(), digest.size()) == 0;
    const std::size_t mask = -static_cast<std::size_t>(is_same);
    found = (found & ~mask) | (i & mask);
  }
  return found == tokens_.size() ? nullptr : &tokens_[found];
}

}  // namespace millrace::gateway

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "millrace/record/json.h"
#include "millrace/surrealql/decimal96.h"
#include "millrace/surrealql/escapes.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/text_forms.h"
#include "millrace/surrealql/token.h"

namespace millrace::surrealql {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_name_start(char c) { return is_letter(c) || c == '_'; }
constexpr bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

constexpr std::string_view open_bracket = "⟨";
constexpr std::string_view close_bracket = "⟩";

// Longer ones first, so that the first that fits is the longest.
constexpr auto signs = std::to_array<std::string_view>({
    "...", "..=", ">..", "<->", "..", "::", "<=", ">=", "==", "!=", "?=", "*=", "!~", "*~", "?~", "??", "?:", "&&", "||", "**", "->", "<-", "<~", "<|", "+=", "-=",
    "∋", "∌", "∈", "∉", "⊇", "⊃", "⊅", "⊆", "⊂", "⊄", "×", "÷",
    "{", "}", "[", "]", "(", ")", ";", ",", ".", ":", "~", "@", "|", "!", "?", "<", ">", "-", "+", "/", "%", "*", "=", "$"});

std::string without_underscores(std::string_view text) {
  std::string out(text);
  std::erase(out, '_');
  return out;
}

// "1_000", "1.5", "1e3", "1f", "1.5dec": nothing when it is beyond its type's range.
std::optional<Value> number_value(std::string_view text, bool is_real) {
  std::string digits = without_underscores(text);
  if (digits.ends_with("dec")) {
    digits.resize(digits.size() - 3);
    return Value(Decimal{std::move(digits)});
  }
  if (digits.ends_with('f')) {
    digits.pop_back();
    is_real = true;
  }
  const char* const end = digits.data() + digits.size();
  if (is_real) {
    double real = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, real);
    if (error == std::errc::result_out_of_range) real = std::strtod(digits.c_str(), nullptr);
    return Value(real);
  }
  std::int64_t integer = 0;
  const auto [stop, error] = std::from_chars(digits.data(), end, integer);
  if (error != std::errc{}) return std::nullopt;
  return Value(integer);
}

std::optional<std::string> bytes_of_hex(std::string_view digits) {
  std::string bytes;
  if (digits.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    unsigned byte = 0;
    const char* const end = digits.data() + i + 2;
    const auto [stop, error] = std::from_chars(digits.data() + i, end, byte, 16);
    if (error != std::errc{} || stop != end) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace

bool Token::is_keyword(std::string_view keyword) const {
  return kind == TokenKind::name && !quoted && text.size() == keyword.size() &&
         std::equal(text.begin(), text.end(), keyword.begin(), [](char a, char b) { return upper(a) == b; });
}

Token Lexer::finish(TokenKind kind, std::size_t begin, std::string text) const {
  return {.kind = kind, .span = {begin, at_ - begin}, .text = std::move(text), .value = {}};
}

// What follows would only be noise: the text ends here.
Token Lexer::wrong(std::size_t begin, std::string why) {
  at_ = std::min(at_, text_.size());
  Token token = finish(TokenKind::wrong, begin, std::move(why));
  token.span.size = std::max<std::size_t>(token.span.size, 1);
  at_ = text_.size();
  return token;
}

// White space and comments. False, with the token, for a comment without an end.
bool Lexer::skip_space(Token& token) {
  for (;;) {
    const char c = at(at_);
    if (at_ >= text_.size()) return true;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at_;
    } else if (c == '#' || begins("--") || begins("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (begins("/*")) {
      const std::size_t close = text_.find("*/", at_ + 2);
      if (close == std::string_view::npos) {
        const std::size_t begin = at_;
        at_ += 2;
        token = wrong(begin, "this comment has no end");
        return false;
      }
      at_ = close + 2;
    } else {
      return true;
    }
  }
}

Token Lexer::next() {
  Token token;
  if (!skip_space(token)) return token;
  if (at_ >= text_.size()) return finish(TokenKind::end, at_, {});
  const char first = at(at_);
  if (first == '"' || first == '\'') return string(0);
  if (std::string_view("dsubfr").contains(first) && (at(at_ + 1) == '"' || at(at_ + 1) == '\'')) return string(1);
  if (is_name_start(first)) return name();
  if (first == '`') return quoted_name("`");
  if (begins(open_bracket)) return quoted_name(close_bracket);
  if (first == '$' && (is_name_part(at(at_ + 1)))) return parameter();
  if (is_digit(first)) return number();
  return sign();
}

Token Lexer::name() {
  const std::size_t begin = at_;
  while (is_name_part(at(at_))) ++at_;
  return finish(TokenKind::name, begin, std::string(text_.substr(begin, at_ - begin)));
}

Token Lexer::quoted_name(std::string_view close) {
  const std::size_t begin = at_;
  std::string out;
  at_ += close == "`" ? 1 : open_bracket.size();
  while (!begins(close)) {
    if (at_ >= text_.size()) return wrong(begin, "this quoted name has no end");
    if (text_[at_] != '\\') {
      out.push_back(text_[at_++]);
      continue;
    }
    const std::size_t escape = at_;
    if (const auto why = read_escape(text_, at_, out); !why.empty()) return wrong(escape, std::string(why));
  }
  at_ += close.size();
  Token token = finish(TokenKind::name, begin, std::move(out));
  token.quoted = true;
  return token;
}

Token Lexer::parameter() {
  const std::size_t begin = at_++;
  while (is_name_part(at(at_))) ++at_;
  return finish(TokenKind::parameter, begin, std::string(text_.substr(begin + 1, at_ - begin - 1)));
}

Token Lexer::string(std::size_t prefix) {
  const std::size_t begin = at_;
  const char kind = prefix == 0 ? 's' : text_[begin];
  const char quote = text_[begin + prefix];
  std::string out;
  for (at_ += prefix + 1; at(at_) != quote || at_ >= text_.size();) {
    if (at_ >= text_.size()) return wrong(begin, "this string has no end");
    if (text_[at_] != '\\') {
      out.push_back(text_[at_++]);
      continue;
    }
    const std::size_t escape = at_;
    if (const auto why = read_escape(text_, at_, out); !why.empty()) return wrong(escape, std::string(why));
  }
  ++at_;
  Token token = finish(TokenKind::string, begin, out);
  const auto refuse = [&](std::string_view what) { return wrong(begin, fmt::format("'{}' is no {}", out, what)); };
  if (kind == 'd') {
    const auto instant = parse_datetime(out);
    if (!instant) return refuse("datetime such as 2024-05-01T12:00:00Z");
    token.value = to_value(Datum::of_datetime(instant->seconds, instant->nanoseconds));
    token.is_datetime = !token.value.is<Timestamp>();
  } else if (kind == 'u') {
    const auto uuid = parse_uuid(out);
    if (!uuid) return refuse("uuid");
    token.value = Value(*uuid);
  } else if (kind == 'b') {
    auto bytes = bytes_of_hex(out);
    if (!bytes) return refuse("text of hexadecimal digits in pairs");
    token.value = Value(Bytes{std::move(*bytes)});
  } else if (kind == 'f') {
    return wrong(begin, "files as f\"…\" are not supported");
  } else if (kind == 'r') {
    return wrong(begin, "record ids as r\"…\" are not supported; write table:key");
  } else {
    token.value = Value(std::move(out));
  }
  return token;
}

Token Lexer::number() {
  const std::size_t begin = at_;
  const auto digits = [&] { while (is_digit(at(at_)) || at(at_) == '_') ++at_; };
  digits();
  const bool is_micro = begins("µs");
  const bool is_duration = is_micro || (std::string_view("nsmhywud").contains(at(at_)) && at(at_) != '\0' && !begins("dec"));
  if (is_duration) {
    while (is_name_part(at(at_)) || begins("µs")) at_ += begins("µs") ? std::string_view("µs").size() : 1;
    const auto duration = parse_duration_text(without_underscores(text_.substr(begin, at_ - begin)));
    if (!duration) return wrong(begin, fmt::format("'{}' is no duration such as 1h30m", text_.substr(begin, at_ - begin)));
    Token token = finish(TokenKind::number, begin, {});
    token.value = Value(Duration{duration->seconds, duration->nanoseconds});
    return token;
  }
  bool is_real = false;
  if (at(at_) == '.' && is_digit(at(at_ + 1))) {
    ++at_;
    digits();
    is_real = true;
  }
  const std::size_t sign_size = at(at_ + 1) == '-' || at(at_ + 1) == '+' ? 1 : 0;
  if ((at(at_) == 'e' || at(at_) == 'E') && is_digit(at(at_ + 1 + sign_size))) {
    at_ += 1 + sign_size;
    digits();
    is_real = true;
  }
  if (at(at_) == 'f') {
    ++at_;
  } else if (begins("dec")) {
    at_ += 3;
  }
  if (is_letter(at(at_))) return wrong(at_, fmt::format("'{}' cannot follow a number", at(at_)));
  const std::string_view text = text_.substr(begin, at_ - begin);
  Token token = finish(TokenKind::number, begin, std::string(text));
  const auto value = number_value(text, is_real);
  if (const auto* const decimal = value ? value->get_if<Decimal>() : nullptr; decimal != nullptr && !parse_decimal(decimal->digits)) {
    return wrong(begin, fmt::format("{} is beyond what a decimal holds, 28 to 29 digits", text));
  }
  // What is one too many for an int may stand behind a minus: the parser looks at the text.
  token.value = value ? *value : Value();
  return token;
}

Token Lexer::sign() {
  const std::size_t begin = at_;
  for (const std::string_view sign : signs) {
    if (begins(sign)) {
      at_ += sign.size();
      return finish(TokenKind::sign, begin, std::string(sign));
    }
  }
  std::size_t size = 1;
  while (begin + size < text_.size() && (static_cast<unsigned char>(text_[begin + size]) & 0xC0) == 0x80) ++size;
  at_ += size;
  const std::string_view found = text_.substr(begin, size);
  if (size == 1) return wrong(begin, fmt::format("'{}' has no meaning here", found));
  // A letter of another alphabet, or a typographic quote that an editor made.
  const bool is_quote = found == "\u2018" || found == "\u2019" || found == "\u201c" || found == "\u201d";
  return wrong(begin, is_quote ? fmt::format("{} is no quote: write ' or \"", found) : fmt::format("'{}' has no meaning here; a name with it stands in backticks", found));
}

Token Lexer::word(std::size_t begin) {
  at_ = begin;
  return name();
}

Token Lexer::regex(std::size_t slash) {
  std::string out;
  for (at_ = slash + 1; at_ < text_.size() && text_[at_] != '/'; ++at_) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
      ++at_;
      if (text_[at_] != '/') out.push_back('\\');
    }
    out.push_back(text_[at_]);
  }
  if (at_ >= text_.size()) return wrong(slash, "this regular expression has no end");
  ++at_;
  return finish(TokenKind::string, slash, std::move(out));
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
//
// The words of a query's text.
//
//   Lexer lexer("title = 'A'");
//   lexer.next()  → name "title"; then sign "="; then string "A"; then end
//
// Keywords are names: what a name means depends on where it stands. White space and comments (--, //, # to the end of the line,
// /* */) separate words and are no words. What cannot be a word is one of kind `wrong`, whose text says why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/record/value.h"

namespace millrace::surrealql {

// Where something stands in the query's text: bytes from `at` on.
struct Span {
  std::size_t at = 0;
  std::size_t size = 0;
  std::size_t end() const { return at + size; }
};
// From the first's beginning to the second's end.
inline Span covering(Span first, Span last) { return {first.at, last.end() - first.at}; }

enum class TokenKind : std::uint8_t {
  end,
  name,       // text: the name, without backticks or ⟨⟩
  parameter,  // text: the name behind the $
  string,     // text: what it says; value: the same, or what d'', u'', b'' mean
  number,     // value: int64, double, Decimal or Duration
  sign,       // text: the sign, as "<="
  wrong,      // text: why it is no word
};

struct Token {
  TokenKind kind = TokenKind::end;
  Span span;
  std::string text;
  Value value;
  bool quoted = false;  // a name in backticks or ⟨⟩: never a keyword
  bool is_datetime = false;  // one that a Timestamp does not hold: value is its text

  bool is_sign(std::string_view sign) const { return kind == TokenKind::sign && text == sign; }
  // A name without quotes that is this keyword in any case. `keyword` is upper case.
  bool is_keyword(std::string_view keyword) const;
};

class Lexer {
 public:
  // `text` outlives the lexer. It is UTF-8.
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next();
  // The regular expression whose '/' stands at `slash`; the next word is the one behind it.
  Token regex(std::size_t slash);
  // Letters, digits and '_' from `begin` on, as a name: the key of a record id, which may begin with a digit.
  Token word(std::size_t begin);

 private:
  bool skip_space(Token& wrong);
  Token name();
  Token quoted_name(std::string_view close);
  Token parameter();
  Token string(std::size_t prefix);
  Token number();
  Token sign();
  Token finish(TokenKind kind, std::size_t begin, std::string text) const;
  Token wrong(std::size_t begin, std::string why);
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  bool begins(std::string_view word) const { return text_.substr(at_).starts_with(word); }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace millrace::surrealql

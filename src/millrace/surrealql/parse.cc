// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace millrace::surrealql {
namespace {

constexpr std::array later_clauses{"WHERE", "SPLIT", "GROUP", "ORDER", "LIMIT", "START", "OMIT", "VALUE", "FETCH", "ONLY"};

constexpr bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { advance(); }

  Result<Projection> select() {
    Projection projection{.all = false};
    if (!keyword("SELECT")) return refuse("expected SELECT");
    do {
      if (token_ == "*") {
        if (!projection.columns.empty()) return refuse("'*' stands alone in this version");
        projection.all = true;
        advance();
      } else {
        if (projection.all) return refuse("'*' stands alone in this version");
        Result<Projection::Column> column = this->column();
        if (!column) return std::unexpected(std::move(column).error());
        const auto same = [&](const Projection::Column& other) { return other.name == column->name; };
        if (std::any_of(projection.columns.begin(), projection.columns.end(), same)) {
          return refuse(fmt::format("the name '{}' stands twice", column->name));
        }
        projection.columns.push_back(std::move(*column));
      }
    } while (accept(","));
    if (!keyword("FROM")) return refuse("expected ',' or FROM");
    if (!accept("$input")) return refuse("expected $input: the records of the files");
    accept(";");
    if (!token_.empty()) return refuse("expected the end of the query");
    return projection;
  }

 private:
  Result<Projection::Column> column() {
    Result<std::string> field = name("a field's name");
    if (!field) return std::unexpected(std::move(field).error());
    if (!keyword("AS")) return Projection::Column{*field, *field};
    Result<std::string> as = name("a name behind AS");
    if (!as) return std::unexpected(std::move(as).error());
    return Projection::Column{std::move(*field), std::move(*as)};
  }

  Result<std::string> name(std::string_view what) {
    if (token_.size() > 2 && token_.front() == '`') {
      std::string out(token_.substr(1, token_.size() - 2));
      advance();
      return out;
    }
    if (token_.empty() || !is_name_start(token_.front()) || is_later_clause() || is_keyword("FROM")) {
      return refuse(fmt::format("expected {}", what));
    }
    std::string out(token_);
    advance();
    return out;
  }

  bool is_keyword(std::string_view word) const {
    return std::equal(token_.begin(), token_.end(), word.begin(), word.end(),
                      [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; });
  }
  bool is_later_clause() const {
    return std::any_of(later_clauses.begin(), later_clauses.end(), [&](const char* word) { return is_keyword(word); });
  }
  bool keyword(std::string_view word) {
    if (!is_keyword(word)) return false;
    advance();
    return true;
  }
  bool accept(std::string_view token) {
    if (token_ != token) return false;
    advance();
    return true;
  }

  std::unexpected<Error> refuse(std::string_view what) const {
    const std::string found = token_.empty() ? "the end" : fmt::format("'{}'", token_);
    const std::string hint =
        is_later_clause() ? fmt::format(" ({} is not supported yet: only SELECT field [AS name], … FROM $input)", token_) : "";
    return fail(Code::invalid_argument, fmt::format("--query, character {}: {}, found {}{}", at_ + 1, what, found, hint));
  }

  // The next token: a word, $word, `name`, or one character.
  void advance() {
    at_ += token_.size();
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
    std::size_t end = at_;
    if (end < text_.size()) {
      const char first = text_[end++];
      if (first == '`') {
        const std::size_t close = text_.find('`', end);
        end = close == std::string_view::npos ? text_.size() : close + 1;
      } else if (is_name_start(first) || first == '$') {
        while (end < text_.size() && is_name_part(text_[end])) ++end;
      }
    }
    token_ = text_.substr(at_, end - at_);
  }

  std::string_view text_;
  std::string_view token_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Projection> parse_select(std::string_view text) { return Parser(text).select(); }

}  // namespace millrace::surrealql

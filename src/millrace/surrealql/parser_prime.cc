// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "millrace/surrealql/constant.h"
#include "millrace/surrealql/function.h"
#include "millrace/surrealql/parser.h"

namespace millrace::surrealql {
namespace {

// Statements and forms that stand where an expression may, and that a query over files has not.
struct Missing {
  std::string_view keyword;
  std::string_view why;
};
constexpr auto missing = std::to_array<Missing>({
    {"SELECT", "a query inside a query is not supported"},
    {"CREATE", "a query over files writes nothing: CREATE"},
    {"INSERT", "a query over files writes nothing: INSERT"},
    {"UPDATE", "a query over files writes nothing: UPDATE"},
    {"UPSERT", "a query over files writes nothing: UPSERT"},
    {"DELETE", "a query over files writes nothing: DELETE"},
    {"RELATE", "a query over files writes nothing: RELATE"},
    {"DEFINE", "there is no database to define anything in: DEFINE"},
    {"REMOVE", "there is no database to remove anything from: REMOVE"},
    {"FUNCTION", "scripts (FUNCTION) are not supported"},
    {"FOR", "loops (FOR) are not supported"},
    {"LET", "LET is not supported; give values with --param NAME=VALUE"},
    {"RETURN", "RETURN is not supported: an expression is its own value"},
    {"THROW", "THROW is not supported"},
});

}  // namespace

ExpressionPtr Parser::prime() {
  const std::size_t begin = token_.span.at;
  switch (token_.kind) {
    case TokenKind::number:
    case TokenKind::string: return with_parts(number_or_string());
    case TokenKind::parameter: {
      std::string name = token_.text;
      advance();
      return with_parts(make(begin, Parameter{std::move(name)}));
    }
    case TokenKind::name: return named();
    case TokenKind::sign:
      if (at_sign("[")) return with_parts(array());
      if (at_sign("{")) return with_parts(object());
      if (at_sign("(")) return with_parts(in_parentheses());
      if (at_sign("/")) {
        token_ = lexer_.regex(begin);
        if (token_.kind == TokenKind::wrong) refuse(token_.text);
        std::string pattern = token_.text;
        advance();
        return with_parts(make(begin, RegexLiteral{std::move(pattern)}));
      }
      if (at_sign("|") || at_sign("||")) refuse("closures and mocks (|…|) are not supported");
      if (at_sign("->") || at_sign("<-") || at_sign("<->")) refuse("records of a file have no edges to follow");
      if (at_sign("@")) refuse("@, the record itself, is not supported here");
      break;
    default: break;
  }
  refuse_token("an expression");
}

ExpressionPtr Parser::number_or_string() {
  const std::size_t begin = token_.span.at;
  if (token_.kind == TokenKind::number && token_.value.is<None>()) refuse_large_number();
  Literal literal{.value = std::move(token_.value), .is_datetime = token_.is_datetime};
  advance();
  return make(begin, std::move(literal));
}

ExpressionPtr Parser::array() {
  const Depth depth(*this);
  const std::size_t begin = token_.span.at;
  advance();
  ArrayOf array;
  while (!at_sign("]")) {
    array.elements.push_back(expression());
    if (!accept_sign(",")) break;
  }
  expect_sign("]", "which ends the array");
  return make(begin, std::move(array));
}

std::string Parser::member_key() {
  if (token_.kind == TokenKind::name || token_.kind == TokenKind::string || token_.kind == TokenKind::number) {
    std::string key = token_.text;
    advance();
    return key;
  }
  refuse_token("a member's name");
}

ExpressionPtr Parser::object() {
  const Depth depth(*this);
  const std::size_t begin = token_.span.at;
  advance();
  ObjectOf object;
  const bool is_member = token_.kind == TokenKind::name || token_.kind == TokenKind::string || token_.kind == TokenKind::number;
  if (!at_sign("}") && !(is_member && peek().is_sign(":"))) {
    ExpressionPtr inside = rest_of_block(begin);
    ++inside->blocks;
    return inside;
  }
  while (!at_sign("}")) {
    std::string key = member_key();
    expect_sign(":", "behind the member's name");
    object.members.push_back({std::move(key), expression()});
    if (!accept_sign(",")) break;
  }
  expect_sign("}", "which ends the object");
  return make(begin, std::move(object));
}

ExpressionPtr Parser::in_parentheses() {
  const Depth depth(*this);
  const std::size_t begin = token_.span.at;
  advance();
  ExpressionPtr inside = expression();
  expect_sign(")", "which ends what stands in parentheses");
  inside->span = since(begin);
  inside->in_parentheses = true;
  return inside;
}

// `{ expression }`, one statement.
ExpressionPtr Parser::block() {
  const std::size_t begin = token_.span.at;
  expect_sign("{");
  return rest_of_block(begin);
}

ExpressionPtr Parser::rest_of_block(std::size_t begin) {
  if (at_sign(",")) refuse("sets are not supported");
  ExpressionPtr inside = expression();
  if (at_sign(",")) refuse("sets are not supported; an array is [a, b], an object's member name: value");
  accept_sign(";");
  expect_sign("}", "which ends the block (of one expression)");
  inside->span = since(begin);
  return inside;
}

ExpressionPtr Parser::if_else() {
  const Depth depth(*this);
  const std::size_t begin = token_.span.at;
  IfElse made;
  const auto branch = [&] {
    ExpressionPtr condition = expression();
    if (made.branches.empty()) made.in_braces = at_sign("{");
    if (made.in_braces) {
      made.branches.push_back({std::move(condition), block()});
    } else {
      expect_keyword("THEN");
      made.branches.push_back({std::move(condition), expression()});
      accept_sign(";");
    }
  };
  advance();
  branch();
  while (accept_keyword("ELSE")) {
    if (accept_keyword("IF")) {
      branch();
      continue;
    }
    made.otherwise = made.in_braces ? block() : expression();
    if (!made.in_braces) accept_sign(";");
    break;
  }
  if (!made.in_braces) expect_keyword("END");
  return make(begin, std::move(made));
}

ExpressionPtr Parser::named() {
  const std::size_t begin = token_.span.at;
  const Token behind = peek();
  const bool is_call = behind.is_sign("(") || behind.is_sign("::");
  if (!token_.quoted && !is_call) {
    const auto constant = [&](Value value) {
      advance();
      return with_parts(make(begin, Literal{std::move(value)}));
    };
    if (at_keyword("NONE")) return constant(Value(None{}));
    if (at_keyword("NULL")) return constant(Value(nullptr));
    if (at_keyword("TRUE")) return constant(Value(true));
    if (at_keyword("FALSE")) return constant(Value(false));
    if (token_.text == "NaN") return constant(Value(std::numeric_limits<double>::quiet_NaN()));
    if (token_.text == "Infinity") return constant(Value(std::numeric_limits<double>::infinity()));
    if (at_keyword("IF")) return with_parts(if_else());
    for (const Missing& word : missing) {
      if (!at_keyword(word.keyword)) continue;
      const bool ends = behind.kind == TokenKind::end || behind.is_sign(",") || behind.is_sign(")") || is_clause(behind);
      refuse(ends ? fmt::format("{}; a field of that name is written `{}`", word.why, token_.text) : std::string(word.why));
    }
    const bool is_operator = behind.kind == TokenKind::sign || behind.is_keyword("IN") || !begins_expression(behind);
    if (!is_operator && !is_clause(behind) && (at_keyword("NOT") || at_keyword("CASE") || at_keyword("DISTINCT"))) refuse(std::string(hint_for(token_.text)));
    if (at_keyword("FROM") && behind.kind == TokenKind::parameter) refuse_token("an expression");
  }
  if (at_keyword("IF") && behind.is_sign("(")) return with_parts(if_else());
  std::string name = token_.text;
  advance();
  if (!is_call) {
    const bool is_key = token_.span.end() < query_.size() && !std::string_view(" \t\r\n").contains(query_[token_.span.end()]);
    if (at_sign(":") && token_.span.at == behind_ && is_key) {
      return with_parts(record_id(std::move(name), begin));
    }
    Path path;
    path.parts.push_back({.kind = PartKind::field, .span = since(begin), .name = std::move(name)});
    while (continues_path()) path.parts.push_back(part());
    return make(begin, std::move(path));
  }
  while (accept_sign("::")) {
    name += "::";
    if (token_.kind != TokenKind::name) refuse_token("the rest of the name");
    name += token_.text;
    advance();
  }
  const Span name_span = since(begin);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (at_sign("(")) return with_parts(call(std::move(name), name_span));
  const Constant* const constant = find_constant(name);
  if (constant == nullptr) refuse_constant(name, name_span);
  return with_parts(make(begin, Literal{constant->value(), std::string(constant->written), constant->is_datetime}));
}

void Parser::refuse_constant(const std::string& name, Span span) {
  std::vector<std::string_view> names;
  for (const Constant& constant : all_constants()) names.push_back(constant.name);
  const std::string_view near = nearest_name(name, names);
  throw Problem{span, find_function(name) != nullptr ? fmt::format("{} is a function: write {}(…)", name, name)
                      : near.empty() ? fmt::format("there is no constant {}", name) : fmt::format("there is no constant {}; did you mean {}?", name, near)};
}

// Behind `table`, at the colon: an int, a name, a uuid.
ExpressionPtr Parser::record_id(std::string table, std::size_t begin) {
  const std::size_t key = token_.span.end();
  if (query_[key] >= '0' && query_[key] <= '9') {
    behind_ = key;
    token_ = lexer_.word(key);
  } else {
    advance();
  }
  RecordLink link{std::move(table), {}};
  const bool negative = accept_sign("-");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), number);
  if (token_.kind == TokenKind::number && token_.value.is<std::int64_t>()) {
    link.key.emplace_back(negative ? -*token_.value.get_if<std::int64_t>() : *token_.value.get_if<std::int64_t>());
  } else if (!negative && token_.kind == TokenKind::name && !token_.quoted && error == std::errc{} && end == token_.text.data() + token_.text.size()) {
    link.key.emplace_back(number);
  } else if (!negative && token_.kind == TokenKind::name) {
    link.key.emplace_back(token_.text);
  } else if (!negative && token_.kind == TokenKind::string && token_.value.is<Uuid>()) {
    link.key.push_back(token_.value);
  } else {
    refuse_token("the key of a record id: a number, a name or u'…' (others are not supported)");
  }
  advance();
  if (at_sign("..") || at_sign("..=") || at_sign(">..")) refuse_token("the end of a record id (ranges of ids are not supported)");
  return make(begin, Literal{Value(std::move(link))});
}

ExpressionPtr Parser::call(std::string name, Span name_span) {
  std::vector<ExpressionPtr> given = arguments();
  return make(name_span.at, Call{std::move(name), name_span, std::move(given)});
}

std::vector<ExpressionPtr> Parser::arguments() {
  const Depth depth(*this);
  expect_sign("(");
  std::vector<ExpressionPtr> given;
  while (!at_sign(")")) {
    if (given.empty() && at_sign("*") && peek().is_sign(")")) refuse("'*' is no argument: count() counts records");
    given.push_back(expression());
    if (!accept_sign(",")) break;
  }
  expect_sign(")", "which ends the arguments");
  return given;
}

bool Parser::continues_path() const { return at_sign(".") || at_sign("[") || at_sign("..."); }

ExpressionPtr Parser::with_parts(ExpressionPtr start) {
  if (!continues_path()) return start;
  const std::size_t begin = start->span.at;
  Path path{.start = std::move(start), .parts = {}};
  while (continues_path()) path.parts.push_back(part());
  return make(begin, std::move(path));
}

Part Parser::part() {
  const std::size_t begin = token_.span.at;
  Part part;
  if (accept_sign("...")) {
    part.kind = PartKind::flatten;
  } else if (accept_sign("[")) {
    part = bracket_part();
  } else {
    advance();
    part = dot_part();
  }
  part.span = since(begin);
  return part;
}

Part Parser::dot_part() {
  if (accept_sign("?")) return {.kind = PartKind::optional};
  if (accept_sign("*")) return {.kind = PartKind::all};
  if (at_sign("{")) return destructure_part();
  if (at_sign("@")) refuse("recursive paths (.@) are not supported");
  Part part{.kind = PartKind::field, .name = expect_name("a field's name")};
  if (at_sign("(")) {
    part.kind = PartKind::method;
    part.arguments = arguments();
  }
  return part;
}

Part Parser::bracket_part() {
  const Depth depth(*this);
  Part part;
  if (accept_sign("*")) {
    part.kind = PartKind::all;
  } else if (accept_sign("$")) {
    part.kind = PartKind::last;
  } else if (accept_sign("?") || accept_keyword("WHERE")) {
    part.kind = PartKind::where;
    part.value = expression();
  } else {
    part.kind = PartKind::index;
    part.value = expression();
  }
  expect_sign("]", "which ends the index");
  return part;
}

Part Parser::destructure_part() {
  const Depth depth(*this);
  advance();
  if (at_sign("*") || at_sign("..") || token_.kind == TokenKind::number) refuse("recursive paths (.{…}) are not supported");
  Part part{.kind = PartKind::destructure};
  while (!at_sign("}")) {
    const std::size_t begin = token_.span.at;
    std::string name = expect_name("a field's name");
    if (accept_sign(":")) {
      part.members.push_back({std::move(name), expression()});
    } else {
      Path path;
      path.parts.push_back({.kind = PartKind::field, .span = since(begin), .name = name});
      if (at_sign(".")) {
        advance();
        path.parts.push_back(dot_part());
        const PartKind kind = path.parts.back().kind;
        if (kind != PartKind::all && kind != PartKind::destructure) refuse("expected '*' or '{' here; write name: name.other");
      }
      const bool is_all = path.parts.back().kind == PartKind::all;
      part.members.push_back({std::move(name), make(begin, std::move(path)), is_all});
    }
    if (!accept_sign(",")) break;
  }
  expect_sign("}", "which ends the fields");
  return part;
}

}  // namespace millrace::surrealql

// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace millrace::surrealql {
namespace {

struct Infix {
  std::string_view word;  // a sign, or a keyword
  BinaryOperator operation;
  Power power;
};
using enum BinaryOperator;
constexpr auto infixes = std::to_array<Infix>({
    {"?:", either, Power::nullish},
    {"??", coalesce, Power::nullish},
    {"||", logical_or, Power::logical_or},
    {"OR", logical_or, Power::logical_or},
    {"&&", logical_and, Power::logical_and},
    {"AND", logical_and, Power::logical_and},
    {"=", equal, Power::equality},
    {"==", exactly_equal, Power::equality},
    {"!=", not_equal, Power::equality},
    {"*=", all_equal, Power::equality},
    {"?=", any_equal, Power::equality},
    {"<", less, Power::relation},
    {"<=", less_or_equal, Power::relation},
    {">", greater, Power::relation},
    {">=", greater_or_equal, Power::relation},
    {"∋", contains, Power::relation},
    {"CONTAINS", contains, Power::relation},
    {"∌", contains_not, Power::relation},
    {"CONTAINSNOT", contains_not, Power::relation},
    {"⊇", contains_all, Power::relation},
    {"CONTAINSALL", contains_all, Power::relation},
    {"⊃", contains_any, Power::relation},
    {"CONTAINSANY", contains_any, Power::relation},
    {"⊅", contains_none, Power::relation},
    {"CONTAINSNONE", contains_none, Power::relation},
    {"∈", inside, Power::relation},
    {"INSIDE", inside, Power::relation},
    {"IN", inside, Power::relation},
    {"∉", not_inside, Power::relation},
    {"NOTINSIDE", not_inside, Power::relation},
    {"⊆", all_inside, Power::relation},
    {"ALLINSIDE", all_inside, Power::relation},
    {"⊂", any_inside, Power::relation},
    {"ANYINSIDE", any_inside, Power::relation},
    {"⊄", none_inside, Power::relation},
    {"NONEINSIDE", none_inside, Power::relation},
    {"+", add, Power::sum},
    {"-", subtract, Power::sum},
    {"*", multiply, Power::product},
    {"×", multiply, Power::product},
    {"/", divide, Power::product},
    {"÷", divide, Power::product},
    {"%", remainder, Power::product},
    {"**", power, Power::power},
});

struct Refused {
  std::string_view word;
  std::string_view why;
};
// What SurrealQL has, or had, and a query over files has not.
constexpr auto refused = std::to_array<Refused>({
    {"~", "the operator ~ is not in SurrealQL 3; use string::matches or = /a regular expression/"},
    {"!~", "the operator !~ is not in SurrealQL 3"},
    {"*~", "the operator *~ is not in SurrealQL 3"},
    {"?~", "the operator ?~ is not in SurrealQL 3"},
    {"@", "full-text search (@@) needs an index of a database"},
    {"<|", "nearest neighbours (<|k|>) need an index of a database"},
    {"OUTSIDE", "geometry is not supported: OUTSIDE"},
    {"INTERSECTS", "geometry is not supported: INTERSECTS"},
    {"->", "records of a file have no edges to follow with ->"},
    {"<-", "records of a file have no edges to follow with <- (for 'less than minus', write < -)"},
    {"<->", "records of a file have no edges to follow with <->"},
    {"<~", "records of a file have no references to follow with <~"},
    {"+=", "a SELECT assigns nothing: +="},
    {"-=", "a SELECT assigns nothing: -="},
});
// What is no operator here, and is one to many.
constexpr auto unknown = std::to_array<std::string_view>({"?", "LIKE", "ILIKE", "BETWEEN", "XOR"});

bool is_word(const Token& token, std::string_view word) { return token.is_sign(word) || token.is_keyword(word); }

const Infix* find_infix(const Token& token) {
  for (const Infix& infix : infixes) {
    if (is_word(token, infix.word)) return &infix;
  }
  return nullptr;
}

// a < b < c has no meaning; a = b == c has, in SurrealQL.
bool chains(BinaryOperator operation, Power power) {
  return (power != Power::equality && power != Power::relation) || operation == BinaryOperator::exactly_equal;
}

struct Kind {
  std::string_view name;
  CastKind kind;
};
constexpr auto kinds = std::to_array<Kind>({{"any", CastKind::any}, {"bool", CastKind::boolean}, {"int", CastKind::integer}, {"float", CastKind::real},
    {"decimal", CastKind::decimal}, {"number", CastKind::number}, {"string", CastKind::string}, {"duration", CastKind::duration}, {"datetime", CastKind::datetime},
    {"uuid", CastKind::uuid}, {"bytes", CastKind::bytes}, {"array", CastKind::array}, {"object", CastKind::object}, {"record", CastKind::record},
    {"range", CastKind::range}, {"regex", CastKind::regex}, {"set", CastKind::set}});

}  // namespace

std::vector<std::string_view> cast_words() {
  std::vector<std::string_view> words;
  for (const Kind& kind : kinds) words.push_back(kind.name);
  return words;
}

Parser::Depth::Depth(Parser& parser) : parser_(parser) {
  if (++parser_.depth_ > nesting_max) {
    --parser_.depth_;  // no destructor will
    parser_.refuse(fmt::format("more than {} expressions stand in each other", nesting_max));
  }
}

ExpressionPtr Parser::expression(Power above) {
  const Depth depth(*this);
  const std::size_t begin = token_.span.at;
  ExpressionPtr left = prefixed();
  std::optional<Power> chained;
  for (;;) {
    for (const Refused& word : refused) {
      if (is_word(token_, word.word)) refuse(std::string(word.why));
    }
    for (const std::string_view word : unknown) {
      if (is_word(token_, word)) refuse(std::string(hint_for(word)));
    }
    if (at_sign("..") || at_sign("..=") || at_sign(">..")) {
      if (above >= Power::range) return left;
      left = range_from(std::move(left));
      left->span = since(begin);
      continue;
    }
    const bool is_not_equal = at_keyword("IS");
    const bool is_not_in = at_keyword("NOT") && peek().is_keyword("IN");
    const Infix* const infix = find_infix(token_);
    if (infix == nullptr && !is_not_equal && !is_not_in) return left;
    const Power power = is_not_equal ? Power::equality : is_not_in ? Power::relation : infix->power;
    if (power <= above) return left;
    if (chained == power && !chains(infix != nullptr ? infix->operation : BinaryOperator::equal, power)) refuse("comparisons in a row have no meaning; put parentheses around the one that comes first");
    left = this->infix(std::move(left), power);
    chained = power;
  }
}

ExpressionPtr Parser::infix(ExpressionPtr left, Power power) {
  const std::size_t begin = left->span.at;
  BinaryOperator operation = BinaryOperator::equal;
  if (accept_keyword("IS")) {
    if (accept_keyword("NOT")) operation = BinaryOperator::not_equal;
  } else if (accept_keyword("NOT")) {
    advance();  // IN
    operation = BinaryOperator::not_inside;
  } else {
    operation = find_infix(token_)->operation;
    const bool is_less = at_sign("<");
    advance();
    if (is_less && at_sign(">") && token_.span.at == behind_) throw Problem{{token_.span.at - 1, 2}, std::string(hint_for("<>"))};
  }
  ExpressionPtr right = expression(power);
  return make(begin, Binary{operation, std::move(left), std::move(right)});
}

void Parser::count_depth(Expression& expression) {
  for_each_child(expression, [&](const Expression& child) { expression.depth = std::max(expression.depth, child.depth + 1); });
  if (const auto* const path = expression.as<Path>()) expression.depth += path->parts.size();
  if (expression.depth > depth_max) throw Problem{expression.span, fmt::format("more than {} operators or steps of a path follow each other; use fewer, or array functions", depth_max)};
}

std::vector<std::string_view> operator_words() {
  std::vector<std::string_view> words{"IS", "IS NOT", "NOT IN", "..", "..=", ">.."};
  for (const Infix& infix : infixes) words.push_back(infix.word);
  return words;
}

std::string_view Parser::near_operator(std::string_view word) {
  std::vector<std::string_view> names;
  for (const Infix& infix : infixes) {
    if (infix.word.size() > 3 && infix.word.front() >= 'A' && infix.word.front() <= 'Z') names.push_back(infix.word);
  }
  return nearest_name(word, names);
}

bool Parser::begins_expression(const Token& token) {
  switch (token.kind) {
    case TokenKind::parameter:
    case TokenKind::string:
    case TokenKind::number: return true;
    case TokenKind::name: {
      if (token.quoted) return true;
      for (const std::string_view keyword : {"FROM", "AS", "WHERE", "THEN", "ELSE", "END", "IS"}) {
        if (token.is_keyword(keyword)) return false;
      }
      return find_infix(token) == nullptr;
    }
    case TokenKind::sign:
      for (const std::string_view sign : {"(", "[", "{", "-", "+", "!", "<"}) {
        if (token.is_sign(sign)) return true;
      }
      return false;
    default: return false;
  }
}
// An end of a range stands right behind its dots.
bool Parser::range_end_follows() const { return token_.span.at == behind_ && begins_expression(token_); }

ExpressionPtr Parser::range_from(ExpressionPtr from) {
  const std::size_t begin = from != nullptr ? from->span.at : token_.span.at;
  RangeOf range{.from = std::move(from)};
  range.from_excluded = at_sign(">..");
  range.to_included = at_sign("..=");
  advance();
  if (!range.to_included && at_sign("=") && token_.span.at == behind_) {  // >..=
    advance();
    range.to_included = true;
  }
  if (range_end_follows()) range.to = expression(Power::range);
  if (range.to_included && range.to == nullptr) refuse_token("the end of the range");
  return make(begin, std::move(range));
}

ExpressionPtr Parser::prefixed() {
  const std::size_t begin = token_.span.at;
  if (at_sign("-") || at_sign("+")) {
    const Token behind = peek();
    if (behind.kind == TokenKind::number && behind.span.at == token_.span.end() && !behind.value.is<Duration>()) return signed_number();
    const auto operation = at_sign("-") ? UnaryOperator::minus : UnaryOperator::plus;
    advance();
    if (token_.kind == TokenKind::number && !token_.value.is<Duration>() && !token_.value.is<None>()) return negated(begin, operation == UnaryOperator::minus);
    return make(begin, Unary{operation, expression(Power::prefix)});
  }
  if (accept_sign("!")) return make(begin, Unary{UnaryOperator::logical_not, expression(Power::prefix)});
  if (at_sign("<")) return cast();
  if (at_sign("..") || at_sign("..=")) return range_from(nullptr);
  return prime();
}

// One word to SurrealQL: so -9223372036854775808 is an int, and -2 ** 2 is 4.
ExpressionPtr Parser::signed_number() {
  const std::size_t begin = token_.span.at;
  const bool negative = at_sign("-");
  advance();
  if (token_.value.is<None>()) {
    std::string digits = token_.text;
    std::erase(digits, '_');
    if (!negative || digits != "9223372036854775808") refuse_large_number();
    advance();
    return with_parts(make(begin, Literal{Value(std::numeric_limits<std::int64_t>::min())}));
  }
  return negated(begin, negative);
}

// The number that is the next word, with its sign.
ExpressionPtr Parser::negated(std::size_t begin, bool negative) {
  Value value = std::move(token_.value);
  if (negative) {
    if (auto* const integer = value.get_if<std::int64_t>()) *integer = -*integer;
    if (auto* const real = value.get_if<double>()) *real = -*real;
    if (auto* const decimal = value.get_if<Decimal>()) decimal->digits.insert(decimal->digits.begin(), '-');
  }
  advance();
  return with_parts(make(begin, Literal{std::move(value)}));
}

void Parser::refuse_large_number() const {
  refuse(fmt::format("{} is more than an int of 64 bits holds; write {}dec or {}f", token_.text, token_.text, token_.text));
}

ExpressionPtr Parser::cast() {
  const std::size_t begin = token_.span.at;
  advance();
  const Cast to = cast_type();
  expect_sign(">", "which ends the type of the cast");
  ExpressionPtr operand = expression(Power::prefix);
  return make(begin, CastTo{to, std::move(operand)});
}

Cast Parser::cast_type() {
  Cast cast{.kind = cast_kind()};
  if ((cast.kind == CastKind::array || cast.kind == CastKind::set) && accept_sign("<")) {
    cast.element = cast_kind();
    if (accept_sign(",")) {
      const auto* const size = token_.value.get_if<std::int64_t>();
      if (token_.kind != TokenKind::number || size == nullptr) refuse_token("the most elements, a number");
      cast.size_max = *size;
      advance();
    }
    expect_sign(">", "which ends the type of the elements");
  }
  if (at_sign("|")) refuse("casts to one of several types are not supported");
  return cast;
}

CastKind Parser::cast_kind() {
  if (token_.kind != TokenKind::name) refuse_token("a type such as int, float, string or datetime");
  for (const Kind& kind : kinds) {
    if (token_.text == kind.name) {
      advance();
      return kind.kind;
    }
  }
  std::string_view near = type_once_named(token_.text);
  if (near.empty()) near = nearest_name(token_.text, cast_words());
  refuse(fmt::format("no cast goes to '{}'{}", token_.text, near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

}  // namespace millrace::surrealql

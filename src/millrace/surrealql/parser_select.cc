// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "millrace/surrealql/parser.h"

namespace millrace::surrealql {
namespace {

constexpr auto behind_items = std::to_array<std::string_view>({"FROM", "OMIT"});
constexpr auto clause_words = std::to_array<std::string_view>({"FROM", "WHERE", "SPLIT", "GROUP", "ORDER", "LIMIT", "START", "OMIT", "AS", "VALUE"});

struct Clause {
  std::string_view keyword;
  std::string_view why;
};
constexpr auto other_clauses = std::to_array<Clause>({
    {"FETCH", "records of a file have no links to follow: FETCH"},
    {"WITH", "files have no indexes: WITH"},
    {"VERSION", "files have no versions: VERSION"},
    {"TIMEOUT", "TIMEOUT is not supported"},
    {"PARALLEL", "PARALLEL has no meaning any more: all cores are used anyway"},
    {"TEMPFILES", "TEMPFILES needs not be said: what does not fit into --memory goes to disk"},
    {"EXPLAIN", "EXPLAIN is not supported"},
});

bool same_part(const Part& a, const Part& b) {
  if (a.kind != b.kind || a.name != b.name) return false;
  if (a.kind != PartKind::index) return true;
  const auto* const x = a.value->as<Literal>();
  const auto* const y = b.value->as<Literal>();
  return x != nullptr && y != nullptr && x->value == y->value;
}
bool is_plain(PartKind kind) { return kind == PartKind::field || kind == PartKind::index || kind == PartKind::all || kind == PartKind::last; }
// With `prefix`, `path` may also go on behind `other`'s... as GROUP BY allows: it may name what the item begins with.
bool names(const std::vector<Part>& path, const std::vector<Part>& other, bool prefix) {
  if (!std::all_of(other.begin(), other.end(), [](const Part& part) { return is_plain(part.kind); })) return false;
  const bool fits = prefix ? path.size() <= other.size() : path.size() == other.size();
  return fits && std::equal(path.begin(), path.end(), other.begin(), same_part);
}

}  // namespace

bool Select::has_all() const {
  return std::any_of(items.begin(), items.end(), [](const SelectItem& item) { return item.expression == nullptr; });
}

Select parse_tree(std::string_view query) {
  if (query.size() > query_bytes_max) {
    throw Problem{{query_bytes_max, 1}, fmt::format("the query has {} bytes, more than {}", query.size(), query_bytes_max)};
  }
  Parser parser(query);
  Select select = parser.select();
  parser.expect_end();
  return select;
}

Parser::Parser(std::string_view query) : query_(query), lexer_(query) { advance(); }

void Parser::advance() {
  behind_ = token_.span.end();
  token_ = lexer_.next();
  if (token_.kind == TokenKind::wrong) refuse(token_.text);
}
Token Parser::peek() const {
  Lexer ahead = lexer_;
  return ahead.next();
}
bool Parser::accept_sign(std::string_view sign) {
  if (!at_sign(sign)) return false;
  advance();
  return true;
}
bool Parser::accept_keyword(std::string_view keyword) {
  if (!at_keyword(keyword)) return false;
  advance();
  return true;
}
void Parser::expect_sign(std::string_view sign, std::string_view why) {
  if (!accept_sign(sign)) refuse_token(why.empty() ? fmt::format("'{}'", sign) : fmt::format("'{}', {}", sign, why));
}
void Parser::expect_keyword(std::string_view keyword) {
  if (!accept_keyword(keyword)) refuse_token(keyword);
}
std::string Parser::expect_name(std::string_view what) {
  if (token_.kind != TokenKind::name) refuse_token(what);
  std::string name = token_.text;
  advance();
  return name;
}
void Parser::refuse_token(std::string_view expected) const {
  const std::string_view found = query_.substr(token_.span.at, std::min<std::size_t>(token_.span.size, 40));
  refuse(token_.kind == TokenKind::end ? fmt::format("expected {}, found the end of the query", expected) : fmt::format("expected {}, found '{}'", expected, found));
}

bool Parser::is_clause(const Token& token) {
  return std::any_of(clause_words.begin(), clause_words.end(), [&](std::string_view word) { return token.is_keyword(word); });
}

void Parser::expect_end() {
  if (accept_sign(";") && token_.kind != TokenKind::end) refuse("a query over files is one SELECT: nothing may follow its ';'");
  if (token_.kind == TokenKind::end) return;
  for (const Clause& clause : other_clauses) {
    if (at_keyword(clause.keyword)) refuse(std::string(clause.why));
  }
  if (const std::string_view hint = hint_for(token_.text); token_.kind == TokenKind::name && !hint.empty()) refuse(std::string(hint));
  if (token_.kind == TokenKind::name) {
    const std::string_view near = nearest_name(token_.text, clause_words);
    const std::string_view operation = near.empty() ? near_operator(token_.text) : std::string_view{};
    if (!operation.empty()) refuse(fmt::format("'{}' is no operator; did you mean {}?", token_.text, operation));
    if (!near.empty() && !at_keyword(near)) refuse(fmt::format("'{}' is no clause; did you mean {}?", token_.text, near));
    if (!near.empty()) refuse(fmt::format("{} stands too late: the order is WHERE, SPLIT, GROUP BY, ORDER BY, LIMIT, START", near));
  }
  refuse_token("a clause or the end of the query");
}

Select Parser::select() {
  if (token_.kind == TokenKind::name && !at_keyword("SELECT")) {
    constexpr auto words = std::to_array<std::string_view>({"SELECT"});
    const std::string_view near = nearest_name(token_.text, words);
    refuse(near.empty() ? fmt::format("a query over files is SELECT … FROM $input …, not {}", token_.text) : fmt::format("'{}' is no statement; did you mean SELECT?", token_.text));
  }
  expect_keyword("SELECT");
  Select select;
  select_items(select);
  if (accept_keyword("OMIT")) {
    do select.omit.push_back(plain_path());
    while (accept_sign(","));
  }
  from();
  clauses(select);
  return select;
}

// Not a field of that name: `SELECT value AS v FROM`, but `SELECT VALUE as FROM $input`.
bool Parser::is_value_clause() const {
  Lexer ahead = lexer_;
  const Token next = ahead.next();
  if (next.is_sign(",") || next.is_keyword("FROM") || next.is_sign(".")) return false;
  return !next.is_keyword("AS") || (ahead.next().is_keyword("FROM") && ahead.next().kind == TokenKind::parameter);
}

void Parser::select_items(Select& select) {
  const std::size_t begin = token_.span.at;
  select.value = at_keyword("VALUE") && is_value_clause();
  if (select.value) advance();
  do {
    const std::size_t item_begin = token_.span.at;
    SelectItem item;
    if (at_sign("*")) {
      if (select.value) refuse("SELECT VALUE takes one expression, not '*'");
      advance();
    } else {
      if (at_keyword("FROM") && peek().kind == TokenKind::parameter) {
        refuse(select.items.empty() ? "nothing is selected: write * for all fields" : "nothing follows the ',' before FROM");
      }
      item.expression = expression();
      if (accept_keyword("AS")) item.alias = plain_path("a name behind AS");
    }
    item.span = since(item_begin);
    select.items.push_back(std::move(item));
    if (select.value && at_sign(",")) refuse("SELECT VALUE takes one expression");
  } while (accept_sign(","));
  select.items_span = since(begin);
}

void Parser::from() {
  if (!at_keyword("FROM")) {
    const std::string_view near = token_.kind == TokenKind::name && !is_clause(token_) ? nearest_name(token_.text, behind_items) : std::string_view{};
    if (!near.empty()) refuse(fmt::format("expected ',' or FROM, found '{}'; did you mean {}?", token_.text, near));
    if (is_clause(token_) && !at_keyword("AS") && !at_keyword("VALUE")) refuse(fmt::format("FROM $input comes before {}", token_.text));
    refuse_token("',' or FROM");
  }
  advance();
  if (at_keyword("ONLY")) refuse("FROM ONLY gives one record; a query over files gives them all: use LIMIT 1");
  if (token_.kind == TokenKind::parameter && token_.text == "input") {
    advance();
    if (at_sign(",")) refuse("there is one input: the files, as $input");
    return;
  }
  if (token_.kind == TokenKind::parameter) refuse(fmt::format("'${}' is no input; write $input, which is the records of the files", token_.text));
  refuse_token("$input, which is the records of the files");
}

void Parser::clauses(Select& select) {
  if (at_keyword("WITH")) refuse("files have no indexes: WITH");
  if (accept_keyword("WHERE")) select.where = expression();
  if (at_keyword("SPLIT")) split_clause(select);
  if (at_keyword("GROUP")) group_clause(select);
  if (at_keyword("ORDER")) order_clause(select);
  const auto limit = [&] {
    if (!accept_keyword("LIMIT")) return;
    accept_keyword("BY");
    select.limit = expression();
  };
  const bool start_first = at_keyword("START");
  if (!start_first) limit();
  if (accept_keyword("START")) {
    accept_keyword("AT");
    select.start = expression();
  }
  if (start_first) limit();
}

void Parser::split_clause(Select& select) {
  advance();
  accept_keyword("ON");
  do {
    PlainPath path = plain_path();
    check_named(select, path, "SPLIT");
    select.split.push_back(std::move(path));
  } while (accept_sign(","));
}

void Parser::group_clause(Select& select) {
  const std::size_t begin = token_.span.at;
  advance();
  if (accept_keyword("ALL")) {
    select.group_all = true;
  } else {
    accept_keyword("BY");
    do {
      PlainPath path = plain_path();
      refuse_computed("GROUP BY");
      check_named(select, path, "GROUP BY");
      select.group.push_back(std::move(path));
    } while (accept_sign(","));
  }
  select.group_span = since(begin);
  if (!select.split.empty()) throw Problem{select.group_span, "SPLIT and GROUP exclude each other, as in SurrealDB: pipe one query into another, … SPLIT tags' FILE | millrace process '… GROUP BY tags' -"};
}

void Parser::order_clause(Select& select) {
  advance();
  accept_keyword("BY");
  if (at_keyword("RAND") && peek().is_sign("(")) {
    advance();
    advance();
    expect_sign(")");
    select.order_random = true;
    return;
  }
  do {
    OrderItem item = order_item();
    check_named(select, item.path, "ORDER BY");
    select.order.push_back(std::move(item));
  } while (accept_sign(","));
}

OrderItem Parser::order_item() {
  OrderItem item{.path = plain_path()};
  refuse_computed("ORDER BY");
  item.collate = accept_keyword("COLLATE");
  item.numeric = accept_keyword("NUMERIC");
  item.descending = at_keyword("DESC") || at_keyword("DESCENDING");
  if (item.descending || at_keyword("ASC") || at_keyword("ASCENDING")) advance();
  return item;
}

// What is split, grouped or ordered by has to be among what is selected: SurrealQL's rule.
void Parser::check_named(const Select& select, const PlainPath& path, std::string_view clause) {
  if (select.has_all()) return;
  const bool prefix = clause == "GROUP BY";
  for (std::size_t i = 0; i < select.items.size(); ++i) {
    // Names stand in the order of the columns, as a rule: the one behind the last is tried first.
    named_ = named_ + 1 < select.items.size() ? named_ + 1 : 0;
    const SelectItem& item = select.items[named_];
    if (item.alias && names(path.parts, item.alias->parts, false)) return;
    if (const auto* const own = item.expression->as<Path>(); own != nullptr && own->start == nullptr && item.expression->blocks == 0) {
      if (names(path.parts, own->parts, prefix)) return;
    } else if (path.parts.size() == 1 && default_path(*item.expression) == std::vector<std::string>{path.parts.front().name}) {
      return;
    }
  }
  throw Problem{path.span, fmt::format("{} names '{}', which is not selected: add it behind SELECT", clause, to_sql(path))};
}

// Behind a path: what makes an expression of it.
void Parser::refuse_computed(std::string_view clause) const {
  for (const std::string_view sign : {"::", "(", "+", "-", "*", "/", "%", "**", "??", "?:", "<", ">", "="}) {
    if (at_sign(sign)) refuse(fmt::format("{} takes the name of what is selected, not an expression: SELECT … AS x … {} x", clause, clause));
  }
}

PlainPath Parser::plain_path(std::string_view what) {
  const std::size_t begin = token_.span.at;
  PlainPath path;
  path.parts.push_back({.kind = PartKind::field, .span = token_.span, .name = expect_name(what)});
  while (at_sign(".") || at_sign("[")) path.parts.push_back(plain_part());
  if (path.parts.size() > depth_max) throw Problem{since(begin), fmt::format("more than {} steps of a path follow each other", depth_max)};
  path.span = since(begin);
  return path;
}

Part Parser::plain_part() {
  const std::size_t begin = token_.span.at;
  Part part;
  if (accept_sign("[")) {
    part = bracket_part();
  } else {
    advance();
    part = accept_sign("*") ? Part{.kind = PartKind::all} : Part{.kind = PartKind::field, .name = expect_name("a field's name")};
  }
  part.span = since(begin);
  const bool is_number = part.kind == PartKind::index && part.value->as<Literal>() != nullptr && part.value->as<Literal>()->value.is<std::int64_t>();
  if (part.kind == PartKind::where || (part.kind == PartKind::index && !is_number)) {
    throw Problem{part.span, "here only a number, * or $ may stand in brackets"};
  }
  return part;
}

}  // namespace millrace::surrealql

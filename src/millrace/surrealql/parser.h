// SPDX-License-Identifier: Apache-2.0
//
// Text to tree: a recursive descent over clauses, and Pratt's (1973) over operators with SurrealQL's binding powers. Private to this room;
// parse_tree() is its door.
#pragma once

#include <string_view>
#include <vector>

#include "millrace/surrealql/expression.h"
#include "millrace/surrealql/hints.h"
#include "millrace/surrealql/problem.h"
#include "millrace/surrealql/token.h"

namespace millrace::surrealql {

// How deep expressions, arrays and objects may stand in each other.
inline constexpr int nesting_max = 100;
inline constexpr std::size_t depth_max = 1200;  // of the tree
inline constexpr std::size_t query_bytes_max = 1 << 20;

// One SELECT … FROM $input, with a ';' behind it or not. Throws a Problem.
Select parse_tree(std::string_view query);

// Every operator between two values, and every type that a cast goes to: for the docs.
std::vector<std::string_view> operator_words();
std::vector<std::string_view> cast_words();

// From loose to tight; operators of one power are read from left to right.
enum class Power : std::uint8_t { base, logical_or, logical_and, equality, relation, sum, product, power, nullish, prefix, range, prime };

class Parser {
 public:
  explicit Parser(std::string_view query);
  Select select();
  void expect_end();

 private:
  // parser_select.cc
  void select_items(Select& select);
  void from();
  void clauses(Select& select);
  void split_clause(Select& select);
  void group_clause(Select& select);
  void order_clause(Select& select);
  OrderItem order_item();
  void check_named(const Select& select, const PlainPath& path, std::string_view clause);
  static bool is_clause(const Token& token);
  bool is_value_clause() const;
  void refuse_computed(std::string_view clause) const;
  PlainPath plain_path(std::string_view what = "a field's name");
  Part plain_part();

  // parser.cc: expressions
  ExpressionPtr expression(Power above = Power::base);
  ExpressionPtr prefixed();
  ExpressionPtr signed_number();
  ExpressionPtr negated(std::size_t begin, bool negative);
  [[noreturn]] void refuse_large_number() const;
  ExpressionPtr cast();
  Cast cast_type();
  CastKind cast_kind();
  ExpressionPtr infix(ExpressionPtr left, Power power);
  ExpressionPtr range_from(ExpressionPtr from);
  bool range_end_follows() const;
  static bool begins_expression(const Token& token);

  // parser_prime.cc
  ExpressionPtr prime();
  ExpressionPtr number_or_string();
  ExpressionPtr array();
  ExpressionPtr object();
  ExpressionPtr in_parentheses();
  ExpressionPtr if_else();
  ExpressionPtr block();
  ExpressionPtr rest_of_block(std::size_t begin);
  [[noreturn]] static void refuse_constant(const std::string& name, Span span);
  ExpressionPtr named();
  ExpressionPtr call(std::string name, Span name_span);
  ExpressionPtr record_id(std::string table, std::size_t begin);
  std::vector<ExpressionPtr> arguments();
  std::string member_key();
  ExpressionPtr with_parts(ExpressionPtr start);
  bool continues_path() const;
  Part part();
  Part dot_part();
  Part bracket_part();
  Part destructure_part();

  static std::string_view near_operator(std::string_view word);

  // words
  void advance();
  Token peek() const;
  bool at_sign(std::string_view sign) const { return token_.is_sign(sign); }
  bool at_keyword(std::string_view keyword) const { return token_.is_keyword(keyword); }
  bool accept_sign(std::string_view sign);
  bool accept_keyword(std::string_view keyword);
  void expect_sign(std::string_view sign, std::string_view why = {});
  void expect_keyword(std::string_view keyword);
  std::string expect_name(std::string_view what);
  Span since(std::size_t begin) const { return {begin, behind_ - begin}; }
  template <typename Node>
  ExpressionPtr make(std::size_t begin, Node node) const {
    auto made = std::make_unique<Expression>();
    made->span = since(begin);
    made->node = std::move(node);
    count_depth(*made);
    return made;
  }
  // Operators in a row make the tree as deep as they are many, and what walks over it is recursive.
  static void count_depth(Expression& expression);
  [[noreturn]] void refuse(std::string message) const { throw Problem{token_.span, std::move(message)}; }
  [[noreturn]] void refuse_token(std::string_view expected) const;

  // Counts how deep the parser is while it lives.
  class Depth {
   public:
    explicit Depth(Parser& parser);
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    Parser& parser_;
  };

  std::string_view query_;
  Lexer lexer_;
  Token token_;             // the next word
  std::size_t behind_ = 0;  // the end of the word before it
  int depth_ = 0;
  std::size_t named_ = 0;  // the column that a clause named last
};

}  // namespace millrace::surrealql

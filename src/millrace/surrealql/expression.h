// SPDX-License-Identifier: Apache-2.0
//
// A query as a tree, as it was written: what the parser makes, and the compiler reads.
//
//   SELECT string::uppercase(title) AS t FROM $input WHERE score > 2
//   → Select{.items = {{Call{"string::uppercase", {Path{title}}}, as t}}, .where = Binary{greater, Path{score}, Literal{2}}}
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "millrace/record/value.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/token.h"

namespace millrace::surrealql {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

enum class UnaryOperator : std::uint8_t { plus, minus, logical_not };

enum class BinaryOperator : std::uint8_t {
  either,             // ?:
  coalesce,           // ??
  logical_or,
  logical_and,
  equal,
  exactly_equal,
  not_equal,
  all_equal,
  any_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  contains,
  contains_not,
  contains_all,
  contains_any,
  contains_none,
  inside,
  not_inside,
  all_inside,
  any_inside,
  none_inside,
  add,
  subtract,
  multiply,
  divide,
  remainder,
  power,
};

struct Literal {
  Value value;
  std::string name;  // of a constant, as SurrealQL writes it: "math::PI"
  bool is_datetime = false;  // one that a Timestamp does not hold: value is its text

  // What it points at is in the arena.
  Datum datum(Arena& arena) const;
};
struct RegexLiteral {
  std::string pattern;
};
struct Parameter {
  std::string name;
};
struct Unary {
  UnaryOperator operation = UnaryOperator::plus;
  ExpressionPtr operand;
};
struct CastTo {
  Cast to;
  ExpressionPtr operand;
};
struct Binary {
  BinaryOperator operation = BinaryOperator::equal;
  ExpressionPtr left;
  ExpressionPtr right;
};
// `from..to`; an end that is not there is null.
struct RangeOf {
  ExpressionPtr from;
  ExpressionPtr to;
  bool from_excluded = false;
  bool to_included = false;
};
struct Call {
  std::string name;  // "string::uppercase"
  Span name_span;
  std::vector<ExpressionPtr> arguments;
};
struct ArrayOf {
  std::vector<ExpressionPtr> elements;
};
struct ObjectOf {
  struct Member {
    std::string key;
    ExpressionPtr value;
    bool is_all = false;  // in .{…}: key.*, whose members stand in its place
  };
  std::vector<Member> members;
};
struct IfElse {
  struct Branch {
    ExpressionPtr condition;
    ExpressionPtr then;
  };
  std::vector<Branch> branches;
  ExpressionPtr otherwise;  // null: NONE
  bool in_braces = false;   // IF a { b }, not IF a THEN b END
};

enum class PartKind : std::uint8_t { field, index, all, last, where, flatten, optional, destructure, method };

struct Part {
  PartKind kind = PartKind::field;
  Span span;
  std::string name;                      // of a field or method
  ExpressionPtr value;                   // of an index, and the condition of [WHERE …], which sees the element as its record
  std::vector<ExpressionPtr> arguments;  // of a method
  std::vector<ObjectOf::Member> members; // of .{…}: each value sees the object as its record
};

// `title`, `author.name`, `tags[0]`, `(a + b).abs()`.
struct Path {
  ExpressionPtr start;  // null: the record, whose field the first part is
  std::vector<Part> parts;
};

struct Expression {
  Span span;
  std::variant<Literal, RegexLiteral, Parameter, Unary, CastTo, Binary, RangeOf, Call, ArrayOf, ObjectOf, IfElse, Path> node;
  bool in_parentheses = false;
  std::uint8_t blocks = 0;  // in how many braces it stands, { a }
  std::size_t depth = 0;  // of the tree below

  template <typename Node>
  const Node* as() const {
    return std::get_if<Node>(&node);
  }
};

// A path of names, [*] and [$] and [n] only: what SPLIT, GROUP BY, ORDER BY, OMIT and AS take.
struct PlainPath {
  Span span;
  std::vector<Part> parts;  // field, index (a literal), all, last
};

struct SelectItem {
  Span span;
  ExpressionPtr expression;        // null: '*'
  std::optional<PlainPath> alias;  // AS
};
struct OrderItem {
  PlainPath path;
  bool collate = false;
  bool numeric = false;
  bool descending = false;
};

struct Select {
  bool value = false;  // SELECT VALUE
  std::vector<SelectItem> items;
  Span items_span;
  std::vector<PlainPath> omit;
  ExpressionPtr where;
  std::vector<PlainPath> split;
  std::vector<PlainPath> group;
  bool group_all = false;
  Span group_span;
  std::vector<OrderItem> order;
  bool order_random = false;
  ExpressionPtr limit;
  ExpressionPtr start;

  bool has_all() const;
  bool is_grouped() const { return group_all || !group.empty(); }
};

void for_each_child(const Expression& expression, const std::function<void(const Expression&)>& visit);
// Whether `is` holds for the expression or for one inside it.
bool contains_such(const Expression& expression, const std::function<bool(const Expression&)>& is);

// SurrealQL's own way to write it, by which an item without AS is named: "score * 2", "math::sum(score)".
std::string to_sql(const Expression& expression);
std::string to_sql(const PlainPath& path);
// The member that an item without AS becomes: the fields of a path, a function's name, a parameter's name, else to_sql().
std::vector<std::string> output_path(const SelectItem& item);
// The same if it had no AS.
std::vector<std::string> default_path(const Expression& expression);

}  // namespace millrace::surrealql

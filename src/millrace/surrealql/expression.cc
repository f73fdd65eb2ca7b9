// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/expression.h"

#include "millrace/surrealql/text_forms.h"

namespace millrace::surrealql {
namespace {

using Visit = std::function<void(const Expression&)>;

struct Children {
  const Visit& visit;

  void operator()(const ExpressionPtr& child) const {
    if (child != nullptr) visit(*child);
  }
  void operator()(const std::vector<ExpressionPtr>& children) const {
    for (const ExpressionPtr& child : children) (*this)(child);
  }
  void operator()(const std::vector<ObjectOf::Member>& members) const {
    for (const ObjectOf::Member& member : members) (*this)(member.value);
  }
  void operator()(const Literal&) const {}
  void operator()(const RegexLiteral&) const {}
  void operator()(const Parameter&) const {}
  void operator()(const Unary& node) const { (*this)(node.operand); }
  void operator()(const CastTo& node) const { (*this)(node.operand); }
  void operator()(const Binary& node) const {
    (*this)(node.left);
    (*this)(node.right);
  }
  void operator()(const RangeOf& node) const {
    (*this)(node.from);
    (*this)(node.to);
  }
  void operator()(const Call& node) const { (*this)(node.arguments); }
  void operator()(const ArrayOf& node) const { (*this)(node.elements); }
  void operator()(const ObjectOf& node) const { (*this)(node.members); }
  void operator()(const IfElse& node) const {
    for (const IfElse::Branch& branch : node.branches) {
      (*this)(branch.condition);
      (*this)(branch.then);
    }
    (*this)(node.otherwise);
  }
  void operator()(const Path& node) const {
    (*this)(node.start);
    for (const Part& part : node.parts) {
      (*this)(part.value);
      (*this)(part.arguments);
      (*this)(part.members);
    }
  }
};

}  // namespace

Datum Literal::datum(Arena& arena) const {
  const std::optional<Instant> instant = is_datetime ? parse_datetime(value.text()) : std::nullopt;
  return instant ? Datum::of_datetime(instant->seconds, instant->nanoseconds) : to_datum(value, arena);
}

void for_each_child(const Expression& expression, const std::function<void(const Expression&)>& visit) { std::visit(Children{visit}, expression.node); }

bool contains_such(const Expression& expression, const std::function<bool(const Expression&)>& is) {
  bool found = is(expression);
  for_each_child(expression, [&](const Expression& child) { found = found || contains_such(child, is); });
  return found;
}

}  // namespace millrace::surrealql

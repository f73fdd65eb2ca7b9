// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/expression.h"

#include <algorithm>

namespace millrace::surrealql {
namespace {

using Is = std::function<bool(const Expression&)>;

bool inside(const ExpressionPtr& expression, const Is& is) { return expression != nullptr && contains_such(*expression, is); }
template <typename List>
bool inside_all(const List& list, const Is& is) {
  return std::any_of(list.begin(), list.end(), [&](const ExpressionPtr& one) { return inside(one, is); });
}
bool inside(const std::vector<ObjectOf::Member>& members, const Is& is) {
  return std::any_of(members.begin(), members.end(), [&](const ObjectOf::Member& member) { return inside(member.value, is); });
}

struct Children {
  const Is& is;
  bool operator()(const Literal&) const { return false; }
  bool operator()(const RegexLiteral&) const { return false; }
  bool operator()(const Parameter&) const { return false; }
  bool operator()(const Unary& node) const { return inside(node.operand, is); }
  bool operator()(const CastTo& node) const { return inside(node.operand, is); }
  bool operator()(const Binary& node) const { return inside(node.left, is) || inside(node.right, is); }
  bool operator()(const RangeOf& node) const { return inside(node.from, is) || inside(node.to, is); }
  bool operator()(const Call& node) const { return inside_all(node.arguments, is); }
  bool operator()(const ArrayOf& node) const { return inside_all(node.elements, is); }
  bool operator()(const ObjectOf& node) const { return inside(node.members, is); }
  bool operator()(const IfElse& node) const {
    return inside(node.otherwise, is) ||
           std::any_of(node.branches.begin(), node.branches.end(), [&](const auto& branch) { return inside(branch.condition, is) || inside(branch.then, is); });
  }
  bool operator()(const Path& node) const {
    return inside(node.start, is) || std::any_of(node.parts.begin(), node.parts.end(), [&](const Part& part) {
             return inside(part.value, is) || inside_all(part.arguments, is) || inside(part.members, is);
           });
  }
};

}  // namespace

bool contains_such(const Expression& expression, const std::function<bool(const Expression&)>& is) {
  return is(expression) || std::visit(Children{is}, expression.node);
}

}  // namespace millrace::surrealql
